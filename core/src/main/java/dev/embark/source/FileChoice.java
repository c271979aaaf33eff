package dev.embark.source;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which files of a repository Embark reads: a small part of what model repositories carry.
///
/// `folder` is where a sentence-transformers module lies; the empty string is the top.
final class FileChoice {
  private static final Set<String> CONFIGURATION =
      Set.of(
          "adapter_config.json",
          "added_tokens.json",
          "artifact.metadata",
          "chat_template.jinja",
          "config.json",
          "config_sentence_transformers.json",
          "generation_config.json",
          "merges.txt",
          "modules.json",
          "sentencepiece.bpe.model",
          "special_tokens_map.json",
          "spiece.model",
          "spm.model",
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "vocab.json",
          "vocab.txt");
  private static final Pattern LIMITS = Pattern.compile("sentence_[a-z-]+_config\\.json");

  /// Heads of bge-m3, which exist as pickles only.
  private static final List<String> HEADS = List.of("colbert_linear.pt", "sparse_linear.pt");

  private static final List<String> ONNX = List.of("onnx/model.onnx", "model.onnx");

  private FileChoice() {}

  /// Returns the configuration and tokenizer files of a folder.
  static SortedSet<String> configuration(Set<String> files, String folder) {
    return matching(
        files, folder, name -> CONFIGURATION.contains(name) || LIMITS.matcher(name).matches());
  }

  /// Returns the weights of a folder in the safest format it has; an index stands for the shards it
  /// names. Empty where there are none.
  static SortedSet<String> weights(Set<String> files, String folder) {
    for (var kind : List.of("model.safetensors", "pytorch_model.bin")) {
      for (var name : List.of(kind, kind + ".index.json")) {
        var file = RelativeName.in(folder, name);
        if (files.contains(file)) {
          var found = matching(files, folder, HEADS::contains);
          found.add(file);
          return found;
        }
      }
    }
    return new TreeSet<>();
  }

  /// Returns whether the file names the shards of a model instead of holding it.
  static boolean isIndex(String file) {
    return file.endsWith(".index.json");
  }

  /// Returns the full-precision ONNX file and its external data; quantised and half-precision
  /// variants, which have other names, are no source. Empty where there is none.
  static SortedSet<String> onnx(Set<String> files) {
    Optional<String> model = ONNX.stream().filter(files::contains).findFirst();
    var found = new TreeSet<String>();
    model.ifPresent(name -> {
      found.add(name);
      files.stream().filter(file -> isExternalData(name, file)).forEach(found::add);
    });
    return found;
  }

  /// Returns whether `file` holds tensors of the ONNX file `model` by the customary names:
  /// `model.onnx_data`, `model.onnx_data_1`, `model.onnx.data`.
  static boolean isExternalData(String model, String file) {
    return file.startsWith(model)
        && file.substring(model.length()).matches("[._]data(_[0-9]{1,4})?");
  }

  private static SortedSet<String> matching(
      Set<String> files, String folder, Predicate<String> wanted) {
    var found = new TreeSet<String>();
    var prefix = folder.isEmpty() ? "" : folder + "/";
    for (var file : files) {
      if (file.startsWith(prefix) && wanted.test(file.substring(prefix.length()))) {
        found.add(file);
      }
    }
    return found;
  }
}
