package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.backend.TinyModel;
import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.Saturation;
import dev.embark.bundle.Output.SparseStrategy;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Side;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Vectors of texts, weights of the vocabulary, vectors of tokens.
final class EmbedKindsTest {
  private static final Output.Sparse SPARSE =
      new Output.Sparse(SparseStrategy.MAX, Saturation.ONCE, TinyModel.ENTRIES);
  private static final String TEXT = "the concert, the orchestra; the instruments";
  private static final int QUERY_TOKENS = 24;

  @TempDir static Path cache;
  @TempDir Path folder;
  private TinyEngine tiny;

  @BeforeEach
  void writeModel() {
    tiny = new TinyEngine(folder.resolve("bundle"), cache);
  }

  @AfterEach
  void removeModel() {
    tiny.close();
  }

  private Embedder open(Output... outputs) {
    return new Embedder(tiny.open(TinyBundle.giving(outputs)));
  }

  private static Output.MultiVector vectors(Expansion expansion, List<Integer> skippedIds) {
    return new Output.MultiVector(
        List.of(),
        TinyModel.HIDDEN,
        1,
        new TokenRole(QUERY_TOKENS, expansion, 5, List.of()),
        new TokenRole(48, Expansion.NONE, 0, skippedIds));
  }

  private static EmbedRequest request(Role role) {
    return EmbedRequest.as(role).withPrompt(new Prompt.None());
  }

  private static double[] token(int id) {
    return TinyEngine.mean(new int[] {id});
  }

  private static void isClose(float[] actual, double[] expected) {
    assertThat(actual).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-6));
    }
  }

  @Test
  void sparseVectorHasTheEntriesThatAreNotZero() {
    try (var embedder = open(SPARSE)) {
      var expected = new double[TinyModel.ENTRIES];
      for (int id : tiny.ids(TEXT)) {
        for (int entry = 0; entry < expected.length; entry++) {
          expected[entry] = Math.max(expected[entry], TinyEngine.product(token(id), entry));
        }
      }
      var embedding = embedder.embed(TEXT, request(Role.NONE));
      SparseVector sparse = embedding.sparse();
      for (int entry = 0; entry < expected.length; entry++) {
        assertThat((double) sparse.weight(entry)).isCloseTo(expected[entry], within(1e-6));
      }
      assertThat(sparse.ids()).isSorted().hasSize(sparse.size());
      assertThat(sparse.weights()).hasSize(sparse.size()).doesNotContain(0f);
      assertThat(embedding.vector()).isEmpty();
      assertThat(embedding.tokenVectors()).isEmpty();
    }
  }

  @Test
  void weightOfAnIdIsTheLargestOfItsTokens() {
    int[] ids = tiny.ids(TEXT);
    var lexical = new Output.Lexical("sparse_linear", List.of(ids[0], ids[1]));
    var expected = new TreeMap<Integer, Double>();
    for (int id : ids) {
      double weight = TinyEngine.product(token(id), 0);
      if (weight > 0 && id != ids[0] && id != ids[1]) {
        expected.put(id, weight);
      }
    }
    try (var embedder = open(lexical)) {
      SparseVector sparse = embedder.embed(TEXT, request(Role.NONE)).sparse();
      assertThat(sparse.ids())
          .containsExactly(expected.keySet().stream().mapToInt(i -> i).toArray());
      isClose(sparse.weights(), expected.values().stream().mapToDouble(weight -> weight).toArray());
      assertThat(sparse.size()).isPositive();
      assertThat(sparse.dot(sparse))
          .isCloseTo(expected.values().stream().mapToDouble(w -> w * w).sum(), within(1e-5));
      assertThat(sparse.dot(SparseVector.EMPTY)).isZero();
    }
  }

  @Test
  void documentsLeaveOutLeadingAndSkippedTokens() {
    int[] ids = tiny.ids(TEXT);
    int skipped = tiny.bareIds(",")[0];
    try (var embedder = open(vectors(Expansion.NONE, List.of(skipped)))) {
      for (var role : List.of(Role.NONE, Role.DOCUMENT)) {
        float[][] rows = embedder.embed(TEXT, request(role)).tokenVectors();
        var kept = new ArrayList<Integer>();
        for (int position = 1; position < ids.length; position++) {
          if (ids[position] != skipped) {
            kept.add(ids[position]);
          }
        }
        assertThat(rows).hasNumberOfRows(kept.size());
        assertThat(kept).hasSizeLessThan(ids.length - 1);
        for (int row = 0; row < rows.length; row++) {
          isClose(rows[row], TinyEngine.normalized(token(kept.get(row))));
        }
      }
    }
  }

  @Test
  void queriesAreFilledUpAndKeepWhatFillsThem() {
    for (var expansion : List.of(Expansion.UNATTENDED, Expansion.ATTENDED)) {
      try (var embedder = open(TinyBundle.embedding(), vectors(expansion, List.of()))) {
        var request = request(Role.QUERY).withKinds(Kind.DENSE, Kind.MULTI_VECTOR);
        Embedding query = embedder.embed("the concert", request);
        int[] ids = tiny.ids("the concert");
        assertThat(query.tokenVectors()).hasNumberOfRows(QUERY_TOKENS - 1);
        isClose(query.tokenVectors()[QUERY_TOKENS - 2], TinyEngine.normalized(token(5)));
        assertThat(query.tokens()).isEqualTo(ids.length);
        assertThat(query.isTruncated()).isFalse();
        int[] seen =
            expansion == Expansion.ATTENDED ? embedder.encode("the concert", request).toIds() : ids;
        isClose(query.vector(), TinyEngine.normalized(TinyEngine.mean(seen)));
        Embedding cut = embedder.embed(TEXT.repeat(9), request);
        assertThat(cut.tokens()).isEqualTo(QUERY_TOKENS);
        assertThat(cut.isTruncated()).isTrue();
      }
    }
  }

  @Test
  void onePassGivesAllKinds() {
    var lexical = new Output.Lexical("sparse_linear", List.of());
    try (var embedder = open(TinyBundle.embedding(), lexical, vectors(Expansion.NONE, List.of()))) {
      var all = embedder.embed(TEXT, request(Role.NONE).withKinds(Kind.values()));
      isClose(all.vector(), TinyEngine.normalized(TinyEngine.mean(tiny.ids(TEXT))));
      assertThat(all.sparse().size()).isPositive();
      assertThat(all.tokenVectors()).hasNumberOfRows(tiny.ids(TEXT).length - 1);
      var dense = embedder.embed(TEXT, request(Role.NONE));
      assertThat(dense.vector()).isEqualTo(all.vector());
      assertThat(dense.tokenVectors()).isEmpty();
    }
  }

  @Test
  void kindThatTheModelDoesNotGiveIsRefusedWithThoseItGives() {
    try (var embedder = open(TinyBundle.embedding(), SPARSE)) {
      assertThatThrownBy(
              () -> embedder.embed("x", EmbedRequest.usual().withKinds(Kind.MULTI_VECTOR)))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
          .hasMessage(
              """
              The model does not give one vector a token.
              It gives one vector a text, sparse weights.
              Ask for what the model gives.\
              """);
    }
    try (var embedder = open(SPARSE)) {
      assertThatThrownBy(embedder::dimension)
          .hasMessageStartingWith("The model does not give one vector a text.");
      assertThatThrownBy(() -> embedder.embed("x", EmbedRequest.usual().withDimensions(2)))
          .hasMessage(
              """
              There is no vector of which 2 values could be taken.
              Dimensions are those of one vector a text.
              Ask for such a vector, or leave the dimensions out.\
              """);
    }
  }

  @Test
  void firstDimensionsHaveLengthOneAgain() {
    double[] mean = TinyEngine.mean(tiny.ids(TEXT));
    try (var embedder = open(TinyBundle.embedding())) {
      var request = request(Role.NONE).withDimensions(2);
      isClose(
          embedder.embed(TEXT, request).vector(),
          TinyEngine.normalized(new double[] {mean[0], mean[1]}));
      assertThatThrownBy(() -> embedder.embed(TEXT, request.withDimensions(5)))
          .isInstanceOf(Problem.class)
          .hasMessage(
              """
              A vector of the model has 4 values, not 5.
              Ask for at most 4 dimensions.\
              """);
    }
    var raw =
        new Output.Embedding(TinyBundle.embedding().steps().subList(0, 1), "dot", TinyModel.HIDDEN);
    try (var embedder = open(raw)) {
      var all = embedder.embed(TEXT, request(Role.NONE)).vector();
      assertThat(embedder.embed(TEXT, request(Role.NONE).withDimensions(2)).vector())
          .containsExactly(all[0], all[1]);
    }
  }

  @Test
  void valuesDoNotDependOnHowManyFitIntoABatch() {
    var texts = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      texts.add("the concert ".repeat(i % 9));
    }
    var pipeline =
        TinyBundle.giving(TinyBundle.embedding(), SPARSE, vectors(Expansion.NONE, List.of()));
    var request = request(Role.NONE).withKinds(Kind.values());
    var settings = EmbedSettings.defaults().withCallers(2);
    try (var wide = tiny.open(pipeline);
        var narrow = tiny.open(pipeline, settings.withValues(30, 50))) {
      var expected = new Embedder(wide).embed(texts, request);
      var actual = new Embedder(narrow).embed(texts, request);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(actual.get(i).vector()).containsExactly(expected.get(i).vector(), within(1e-6f));
        assertThat(actual.get(i).sparse().ids()).isEqualTo(expected.get(i).sparse().ids());
        assertThat(actual.get(i).tokenVectors()).isDeepEqualTo(expected.get(i).tokenVectors());
      }
    }
  }

  @Test
  void paddingMayStandOnEitherSide() {
    var vectors = vectors(Expansion.NONE, List.of());
    List<Input> inputs =
        List.of(Input.of("the concert", new Prompt.None()), Input.of(TEXT, new Prompt.None()));
    try (var engine = tiny.open(TinyBundle.giving(TinyBundle.embedding(), vectors))) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      for (var output : engine.pipeline().outputs()) {
        var alone = engine.values(inputs, output, task);
        for (var side : Side.values()) {
          var together = engine.valuesTogether(inputs, output, 40, side);
          for (int i = 0; i < inputs.size(); i++) {
            assertThat(together.get(i)).containsExactly(alone.get(i), within(1e-6f));
          }
        }
        assertThatThrownBy(() -> engine.valuesTogether(inputs, output, 2, Side.RIGHT))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void notANumberIsNoWeightAndNoVectorOfAToken() {
    var lexical = new Output.Lexical("sparse_linear", List.of());
    try (var embedder = open(lexical, vectors(Expansion.NONE, List.of()))) {
      assertThatThrownBy(() -> embedder.embed("which", request(Role.NONE).withKinds(Kind.SPARSE)))
          .hasMessageStartingWith("The sparse vector of text 1 has NaN at value ");
      assertThatThrownBy(
              () -> embedder.embed("which", request(Role.NONE).withKinds(Kind.MULTI_VECTOR)))
          .hasMessageStartingWith("The vector of a token of text 1 has NaN at value 0.");
    }
  }
}
