package dev.embark.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.family.Families;
import dev.embark.format.json.Json;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.problem.Problem;
import dev.embark.progress.Progress;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.SourceSettings;
import dev.embark.source.Sources;
import dev.embark.source.Wanted;
import dev.embark.tensor.Tensor;
import dev.embark.testing.Fixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// A copy of a fixture's checkpoint that a test changes before it is read.
public record AlteredCheckpoint(Path root) {
  /// Copies the fixture of that name to a new folder `parent/model`.
  public static AlteredCheckpoint of(String fixture, Path parent) {
    var source = Fixture.of(fixture).folder();
    var root = parent.resolve("model");
    try (var files = Files.walk(source)) {
      for (var file : files.toList()) {
        var copy = root.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (!file.endsWith("golden.json")) {
          Files.copy(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new AlteredCheckpoint(root);
  }

  /// Removes a file.
  public AlteredCheckpoint without(String name) {
    try {
      Files.delete(root.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /// Replaces or adds a file.
  public AlteredCheckpoint with(String name, String text) {
    try {
      Files.createDirectories(requireNonNull(root.resolve(name).getParent()));
      Files.writeString(root.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /// Puts in place of a file what a clone without Git LFS has there.
  public AlteredCheckpoint withPointer(String name) {
    return with(
        name,
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345
        """);
  }

  /// Changes a JSON object.
  public AlteredCheckpoint changing(String name, Consumer<ObjectNode> change) {
    var json = Json.readObject(root.resolve(name));
    change.accept(json);
    return with(name, Json.pretty(json));
  }

  /// Changes the tensors of `model.safetensors`.
  public AlteredCheckpoint changingTensors(Consumer<Map<String, Tensor>> change) {
    var file = root.resolve("model.safetensors");
    try (var arena = Arena.ofConfined()) {
      var tensors = new TreeMap<String, Tensor>(Safetensors.open(file, arena));
      change.accept(tensors);
      var changed = root.resolve("changed");
      Safetensors.write(changed, tensors, Map.of());
      without("model.safetensors");
      Files.move(changed, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /// Fetches the folder.
  public Fetched fetch() {
    return fetch(new ModelReference.Folder(root));
  }

  /// Fetches the ONNX file `name` alone.
  public Fetched fetchOnnx(String name) {
    return fetch(new ModelReference.OnnxFile(root.resolve(name)));
  }

  private Fetched fetch(ModelReference reference) {
    return new Sources(new SourceSettings(Map.of(), root), Progress.SILENT)
        .fetch(reference, Wanted.EVERYTHING);
  }

  /// Reads everything but the weights.
  public Description describe() {
    return Description.read(fetch(), Instructions.NONE);
  }

  /// Opens the weights too.
  public Checkpoint open() {
    return Checkpoint.open(describe());
  }

  /// Builds the graph.
  public Families.Model build() {
    try (var checkpoint = open()) {
      return Families.build(checkpoint);
    }
  }

  /// Returns why the model cannot be built; fails where it can. The folder is called `MODEL` in the
  /// texts.
  public String refusal() {
    return refusal(this::build);
  }

  /// Returns the problem of `action` with its category, as `CATEGORY: text`.
  public String refusal(Runnable action) {
    var problem = catchThrowableOfType(Problem.class, action::run);
    return (problem.category() + ": " + problem.getMessage()).replace(root.toString(), "MODEL");
  }
}
