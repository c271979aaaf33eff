package dev.embark.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import dev.embark.backend.BackendContract;
import dev.embark.backend.Executable;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxRuntimeBackendTest extends BackendContract {
  @TempDir static Path cache;
  @TempDir Path folder;

  @Override
  protected Executable open() {
    Path file = folder.resolve("model.onnx");
    model.write(file);
    return OnnxRuntimeBackend.load(cache).open(file);
  }

  @Test
  void versionIsThePinnedOne() {
    // From 1.29 on the library collects telemetry unless told not to.
    assertThat(OnnxRuntimeBackend.load(cache).version()).isEqualTo(OnnxRuntimeBackend.VERSION);
    assertThat(OnnxRuntimeBackend.VERSION).startsWith("1.28.");
    assertThat(OrtEnvironment.class.getPackage().getImplementationVersion())
        .isEqualTo(OnnxRuntimeBackend.VERSION);
  }

  @Test
  void missingAndDamagedFilesAreBadInput() throws IOException {
    var backend = OnnxRuntimeBackend.load(cache);
    Path none = folder.resolve("none.onnx");
    assertThatThrownBy(() -> backend.open(none))
        .isInstanceOfSatisfying(Problem.class, OnnxRuntimeBackendTest::isBadInput)
        .hasMessageContaining("There is no file " + none + ".");
    Path damaged = Files.writeString(folder.resolve("damaged.onnx"), "version https://git-lfs");
    assertThatThrownBy(() -> backend.open(damaged))
        .isInstanceOfSatisfying(Problem.class, OnnxRuntimeBackendTest::isBadInput)
        .hasMessageContaining("ONNX Runtime 1.28.0 cannot open " + damaged + ".")
        .hasMessageContaining("Check that the file is complete");
  }

  private static void isBadInput(Problem problem) {
    assertThat(problem.category()).isEqualTo(Category.BAD_INPUT);
  }

  @Test
  void libraryThatDoesNotLoadIsUnavailableWithARemedy() {
    var tooOld = new UnsatisfiedLinkError("libc.so.6: version `GLIBC_2.27' not found");
    assertThat(OnnxRuntimeBackend.cannotLoad("linux-x64", tooOld))
        .satisfies(problem -> assertThat(problem.category()).isEqualTo(Category.UNAVAILABLE))
        .hasMessage(
            "The library of ONNX Runtime 1.28.0 for linux-x64 does not load.\n"
                + "libc.so.6: version `GLIBC_2.27' not found\n"
                + "It needs glibc 2.27 or newer (Debian 10, Ubuntu 18.04, RHEL 8); Alpine's musl"
                + " does not do.");
    var noExecution =
        new NoClassDefFoundError("ai/onnxruntime/OnnxRuntime")
            .initCause(new UnsatisfiedLinkError("failed to map segment from shared object"));
    assertThat(OnnxRuntimeBackend.cannotLoad("linux-x64", (LinkageError) noExecution).remedy())
        .startsWith("The folder it was unpacked into forbids execution");
    assertThat(OnnxRuntimeBackend.noLibrary("linux-riscv64"))
        .hasMessageStartingWith("ONNX Runtime 1.28.0 has no library for linux-riscv64.");
  }
}
