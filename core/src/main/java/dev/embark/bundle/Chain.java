package dev.embark.bundle;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One way through a bundle from tokens to the result: stages that run one after the other.
///
/// A bundle lists its chains in order of preference; the next one is the fallback.
///
/// @param name what tells the chains of a bundle apart, such as `onnx`
/// @param stages in the order in which they run, at least one
public record Chain(String name, List<Stage> stages) {
  public Chain {
    stages = List.copyOf(stages);
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("chain " + name + " has no stages");
    }
  }

  /// One computation for one backend.
  ///
  /// @param name what the stage computes, such as `model` or `trunk`
  /// @param backend name of the runtime that opens the files, such as `onnxruntime`
  /// @param files one for any sequence length, or one for each length
  public record Stage(String name, String backend, List<StageFile> files) {
    public Stage {
      files = List.copyOf(files);
      if (files.isEmpty()) {
        throw new IllegalArgumentException("stage " + name + " has no files");
      }
    }
  }

  /// A file of a stage, by its path in the bundle and the sequence lengths it takes.
  public record StageFile(String path, Sequence sequence) {}

  /// The sequence lengths a file takes.
  public sealed interface Sequence {
    /// Every length up to the limit of the pipeline.
    record Any() implements Sequence {}

    /// Exactly `length` tokens; shorter inputs are padded.
    record Exactly(int length) implements Sequence {
      public Exactly {
        if (length < 1) {
          throw new IllegalArgumentException("sequence length " + length);
        }
      }
    }
  }

  /// Returns the paths of all files of all stages, each once.
  public Set<String> paths() {
    var paths = new LinkedHashSet<String>();
    stages.forEach(stage -> stage.files().forEach(file -> paths.add(file.path())));
    return paths;
  }

  /// Returns the backend of the layers: of three stages the middle one, whose neighbours are the
  /// host's.
  public String backend() {
    return stages.get(stages.size() / 2).backend();
  }

  /// Returns whether a device computes the layers between stages of the host.
  public boolean isStaged() {
    return stages.size() > 1;
  }

  /// Returns the chain of one stage with a file for each length; files may be the same.
  public static Chain ofLengths(String name, String backend, Map<Integer, String> paths) {
    var files = new ArrayList<StageFile>();
    paths.forEach((length, path) -> files.add(new StageFile(path, new Sequence.Exactly(length))));
    return new Chain(name, List.of(new Stage("model", backend, files)));
  }

  /// Returns the chain of one stage of one file for any length: what a plain ONNX bundle has.
  public static Chain ofOneFile(String name, String backend, String path) {
    var file = new StageFile(path, new Sequence.Any());
    return new Chain(name, List.of(new Stage("model", backend, List.of(file))));
  }
}
