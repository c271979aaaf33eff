package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BatcherTest {
  @Test
  void equalLengthsShareABatchWithinTheBudget() {
    assertThat(Batcher.plan(new int[] {8, 8, 4, 8, 4}, 16, 64))
        .containsExactly(new int[] {0, 1}, new int[] {3}, new int[] {2, 4});
  }

  @Test
  void longestComeFirstSoThatCallersFinishTogether() {
    assertThat(Batcher.plan(new int[] {3, 300, 20}, 512, 64))
        .containsExactly(new int[] {1}, new int[] {2}, new int[] {0});
  }

  @Test
  void textLongerThanTheBudgetIsAlone() {
    assertThat(Batcher.plan(new int[] {600, 600}, 512, 64))
        .containsExactly(new int[] {0}, new int[] {1});
  }

  @Test
  void textsWithoutTokensAreBatched() {
    assertThat(Batcher.plan(new int[] {0, 0, 0}, 512, 2))
        .containsExactly(new int[] {0, 1}, new int[] {2});
    assertThat(Batcher.plan(new int[0], 512, 64)).isEmpty();
  }

  @Test
  void everyTextIsInOneBatchAndPaddingIsRare() {
    var random = new Random(7);
    int[] lengths = IntStream.range(0, 2_000).map(_ -> 2 + random.nextInt(200)).toArray();
    List<int[]> batches = Batcher.plan(lengths, 512, 64);
    assertThat(batches.stream().flatMapToInt(IntStream::of).sorted().toArray())
        .isEqualTo(IntStream.range(0, lengths.length).toArray());
    long positions = 0;
    for (int[] batch : batches) {
      assertThat(batch.length * lengths[batch[0]]).isLessThanOrEqualTo(512);
      positions += (long) batch.length * lengths[batch[0]];
    }
    assertThat((double) positions / IntStream.of(lengths).sum()).isLessThan(1.02);
  }
}
