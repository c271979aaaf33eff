package dev.embark.bundle;

import dev.embark.problem.Problem;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// A process of its own that writes a bundle, for tests that limit or stop it.
final class BundleWriterProcess {
  private BundleWriterProcess() {}

  public static void main(String[] arguments) throws InterruptedException {
    try (var writer = BundleWriter.create(Path.of(arguments[1]))) {
      if (arguments[0].equals("wait")) {
        writer.write("onnx/model.onnx", new byte[1]);
        System.out.println("written");
        new CountDownLatch(1).await();
      } else {
        writer.write("onnx/model.onnx", new byte[1 << 20]);
      }
    } catch (Problem problem) {
      System.out.println(problem.category());
      String text = problem.what() + " " + problem.why() + " " + problem.remedy();
      System.out.println(text.replaceAll("/\\S*embark-[0-9a-f]+/", ""));
    }
  }
}
