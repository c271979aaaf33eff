package dev.embark.source;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.HubRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// A user with a home of their own, and a hub with one small model in the common packaging.
record HubUser(LocalHub hub, Path home) implements AutoCloseable {
  static final HubRepository MAIN = new HubRepository(LocalHub.REPOSITORY, "main");
  static final HubRepository PINNED = new HubRepository(LocalHub.REPOSITORY, LocalHub.COMMIT);
  static final Patience IMPATIENT =
      new Patience(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          List.of(Duration.ZERO, Duration.ZERO),
          Duration.ofSeconds(20));

  static HubUser at(Path home) throws IOException {
    var hub = new LocalHub();
    hub.with("config.json", "{\"model_type\": \"bert\"}")
        .with("tokenizer.json", "{}")
        .with(
            "modules.json",
            """
            [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """)
        .with("1_Pooling/config.json", "{}")
        .with("README.md", "nobody needs this")
        .with("onnx/model.onnx", "nor this")
        .with("pytorch_model.bin", "nor this pickle")
        .with("model.safetensors", bytes(50_000));
    return new HubUser(hub, home);
  }

  static byte[] bytes(int count) {
    var bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  /// Returns settings with these names and values in turn.
  SourceSettings settings(String... variables) {
    var environment = new HashMap<String, String>(Map.of("HF_ENDPOINT", hub.uri().toString()));
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new SourceSettings(environment, home);
  }

  Sources sources(String... variables) {
    return new Sources(settings(variables), Progress.SILENT, IMPATIENT);
  }

  Path repository() {
    return home.resolve(".cache/huggingface/hub/models--embark--tiny");
  }

  Path blob(String name) {
    return repository().resolve("blobs").resolve(hub.etag(name));
  }

  Path partial(String name) {
    return repository().resolve("blobs").resolve(hub.etag(name) + ".embark.incomplete");
  }

  static Problem problem(ThrowingCallable call) {
    return catchThrowableOfType(Problem.class, call);
  }

  @Override
  public void close() {
    hub.close();
  }
}
