package dev.embark.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
  @TempDir Path folder;

  @Test
  void finishedFileStays() {
    var path = folder.resolve("a");
    try (var file = NewFile.create(path)) {
      file.write(channel -> TensorBytes.writeAll(ByteBuffer.wrap(new byte[] {'x'}), channel));
      file.finish();
    }

    assertThat(path).hasContent("x");
  }

  @Test
  void failureIsToldWithTheNameAndLeavesNothing() {
    var path = folder.resolve("a");

    assertThatThrownBy(
            () -> {
              try (var file = NewFile.create(path)) {
                file.write(_ -> {
                  throw new IOException("No space left on device");
                });
              }
            })
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.category()).isEqualTo(Category.UNWRITABLE))
        .hasMessage(
            "Cannot write "
                + path
                + ".\nNo space left on device\n"
                + "Check the space left on the disk and that you may write there.");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void interruptionIsNoFaultOfTheDisk() {
    var path = folder.resolve("a");

    assertThatThrownBy(
            () -> {
              try (var file = NewFile.create(path)) {
                file.write(_ -> {
                  throw new ClosedByInterruptException();
                });
              }
            })
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.INTERRUPTED))
        .hasMessage("Writing " + path + " was interrupted.\nStart it again.");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void folderInThePlaceOfTheFileIsNotTouched() {
    assertThatThrownBy(() -> NewFile.create(folder))
        .hasMessageStartingWith(folder + " exists already.");
    assertThat(folder).exists();
  }
}
