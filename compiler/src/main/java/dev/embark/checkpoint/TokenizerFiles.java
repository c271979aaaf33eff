package dev.embark.checkpoint;

import dev.embark.bundle.Pipeline;
import dev.embark.checkpoint.Packaging.PackagedFile;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The files of a model's tokenizer, on their way into a bundle.
///
/// @param root folder of the model
/// @param folder where the tokenizer lies in it: empty, or ending with a slash
/// @param fetched all files of the model
record TokenizerFiles(Path root, String folder, List<Path> fetched) {
  /// What a tokenizer is read from where there is no `tokenizer.json`.
  private static final List<String> SOURCES =
      List.of(
          "vocab.txt",
          "vocab.json",
          "merges.txt",
          "sentencepiece.bpe.model",
          "spiece.model",
          "spm.model",
          "tokenizer.model",
          "added_tokens.json");

  private static final String FILE = "tokenizer.json";

  TokenizerFiles {
    fetched = List.copyOf(fetched);
  }

  /// Returns the files that a bundle carries, at its top.
  List<PackagedFile> packaged(Pipeline pipeline) {
    var files = new ArrayList<PackagedFile>();
    var candidates = candidates();
    if (candidates.isEmpty()) {
      carry(SOURCES, files);
      if (files.isEmpty()) {
        throw new Problem(
            Category.BAD_INPUT,
            root + " has no tokenizer.",
            "Looked for tokenizer.json, vocab.txt, vocab.json and SentencePiece models.",
            "Fetch the complete model.");
      }
    } else {
      tokenizer(candidates.getFirst(), pipeline, files);
      carry(List.of("vocab.txt"), files);
    }
    carry(List.of("special_tokens_map.json", "chat_template.jinja"), files);
    carry(List.of("tokenizer_config.json"), files);
    return files;
  }

  private void carry(List<String> names, List<PackagedFile> files) {
    for (var name : names) {
      ModelFolder.find(root, folder + name)
          .ifPresent(file -> files.add(Packaging.carried(name, file)));
    }
  }

  private List<String> candidates() {
    var candidates =
        fetched.stream()
            .map(file -> file.toString().replace('\\', '/'))
            .filter(name -> name.endsWith(FILE) && name.startsWith(folder))
            .filter(name -> name.indexOf('/', folder.length()) < 0)
            .toList();
    if (candidates.size() > 1) {
      throw new Problem(
          Category.BAD_INPUT,
          root + " has several tokenizers: " + candidates + ".",
          "",
          "Keep the one that belongs to the model, as tokenizer.json.");
    }
    return candidates;
  }

  /// `tokenizer.json`, its limit set to the pipeline's: some models have another one baked in,
  /// which readers such as LangChain4j obey in silence, and padding that belongs to a batch.
  private void tokenizer(String name, Pipeline pipeline, List<PackagedFile> files) {
    var source = ModelFolder.resolve(root, name);
    ModelFolder.refuseLfsPointer(source);
    var changes = new TreeMap<String, JsonNode>();
    changes.put("padding", Json.object().nullNode());
    changes.put("truncation", truncation(pipeline));
    if (ColBert.isStanford(root)) {
      changes.put("added_tokens", withMarkers(source, pipeline));
    }
    files.add(new PackagedFile.Edited(FILE, source, Json.edited(source, changes)));
    if (ModelFolder.find(root, folder + "tokenizer_config.json").isEmpty()) {
      var json = Json.readObject(source);
      if (json.path("model").path("type").asString("WordPiece").equals("WordPiece")) {
        files.add(
            new PackagedFile.Written("tokenizer_config.json", tokenizerConfig(json, pipeline)));
      }
    }
  }

  private static JsonNode truncation(Pipeline pipeline) {
    if (pipeline.maxTokens() == Integer.MAX_VALUE) {
      return Json.object().nullNode();
    }
    return Json.object()
        .put("direction", "Right")
        .put("max_length", pipeline.maxTokens())
        .put("strategy", "LongestFirst")
        .put("stride", 0);
  }

  /// Stanford's code puts its marker behind `[CLS]` as an id; as an added token it is found in the
  /// prompt's text, as sentence-transformers does it.
  private static ArrayNode withMarkers(Path source, Pipeline pipeline) {
    var json = Json.readObject(source);
    var tokens = Json.array();
    json.path("added_tokens").forEach(tokens::add);
    var vocabulary = json.path("model").path("vocab");
    for (var prompt : new TreeMap<>(pipeline.prompts()).values()) {
      var marker = prompt.strip();
      if (!marker.isEmpty() && vocabulary.path(marker).isInt()) {
        tokens
            .addObject()
            .put("id", vocabulary.path(marker).intValue())
            .put("content", marker)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
    var sorted = new ArrayList<JsonNode>();
    tokens.forEach(sorted::add);
    sorted.sort(Comparator.comparingInt(token -> token.path("id").asInt(0)));
    return Json.array().addAll(sorted);
  }

  /// What transformers needs to know of a WordPiece `tokenizer.json` that came alone.
  private static String tokenizerConfig(ObjectNode tokenizer, Pipeline pipeline) {
    var normalizer = tokenizer.path("normalizer");
    var settings =
        Json.object()
            .put("cls_token", "[CLS]")
            .put("do_lower_case", normalizer.path("lowercase").asBoolean(false))
            .put("mask_token", "[MASK]")
            .put("model_max_length", pipeline.maxTokens())
            .put("pad_token", "[PAD]")
            .put("sep_token", "[SEP]");
    settings.set("strip_accents", normalizer.path("strip_accents"));
    settings
        .put("tokenize_chinese_chars", normalizer.path("handle_chinese_chars").asBoolean(true))
        .put("tokenizer_class", "BertTokenizer")
        .put("unk_token", tokenizer.path("model").path("unk_token").asString("[UNK]"));
    return Json.pretty(settings);
  }
}
