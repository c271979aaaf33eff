package dev.embark.checkpoint;

import dev.embark.checkpoint.RerankTemplate.Frame;
import dev.embark.checkpoint.RerankTemplate.Instruction;
import dev.embark.checkpoint.template.Holes;
import dev.embark.checkpoint.template.Template;
import dev.embark.checkpoint.template.Value;
import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The chat template of a reranker that is a language model (sentence-transformers 6, module
/// `LogitScore`): it turns messages with the roles `query` and `document` into one prompt.
///
/// - Source: `chat_template.jinja`, else `chat_template` in `tokenizer_config.json`: a text, or a
///   list of which `default` counts. `processing_kwargs.chat_template` of
///   `sentence_bert_config.json` are further variables, and its `modality_config.message.format`
///   says whether a content is a text (`flat`) or a list of parts (`structured`).
/// - Reference: `apply_chat_template` of transformers, `InputFormatter` of sentence-transformers.
///
/// The prompt is tokenized without the special tokens that a tokenizer adds by itself.
final class ChatTemplate {
  private static final String FILE = "chat_template.jinja";
  private static final String TOKENIZER = "tokenizer_config.json";
  private static final String SETTINGS = "sentence_bert_config.json";
  private static final long BYTES_MAX = 1 << 20;

  private static final char QUERY = Holes.of(0);
  private static final char DOCUMENT = Holes.of(1);
  private static final char INSTRUCTION = Holes.of(2);

  private static final List<String> SPECIAL_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /// Arguments of the reference that never reach a template.
  private static final List<String> NO_VARIABLES =
      List.of("restore_suffix", "padding", "truncation", "max_length", "return_tensors");

  /// What sentence-transformers takes for a sign that a template reads contents part by part.
  private static final List<String> STRUCTURED =
      List.of("content[0]", ".type", "'type'", "\"type\"", "message.content[");

  /// How the content of a message is handed over.
  private enum Content {
    FLAT,
    STRUCTURED
  }

  private final String name;
  private final Template template;
  private final Content content;
  private final Map<String, Value> variables;

  private ChatTemplate(
      String name, Template template, Content content, Map<String, Value> variables) {
    this.name = name;
    this.template = template;
    this.content = content;
    this.variables = variables;
  }

  /// The text of a template and where it stands.
  private record Source(String name, String text) {}

  /// Reads the template of the model in `root`.
  static ChatTemplate read(Path root) {
    var tokenizer = object(root, TOKENIZER);
    var source = source(root, tokenizer);
    var settings = object(root, SETTINGS);
    var variables = new LinkedHashMap<String, Value>();
    variables.put("tools", Absent.NONE);
    variables.put("documents", Absent.NONE);
    variables.put("add_generation_prompt", Truth.FALSE);
    for (var key : SPECIAL_TOKENS) {
      var token = tokenizer.path(key);
      var text = token.isObject() ? token.path("content") : token;
      if (text.isString()) {
        variables.put(key, new Text(text.stringValue()));
      }
    }
    for (var entry : settings.path("processing_kwargs").path("chat_template").properties()) {
      if (!NO_VARIABLES.contains(entry.getKey())) {
        variables.put(entry.getKey(), variable(root, entry.getKey(), entry.getValue()));
      }
    }
    var template = Template.parse(source.text, source.name);
    return new ChatTemplate(source.name, template, content(root, settings, source.text), variables);
  }

  private static ObjectNode object(Path root, String name) {
    return ModelFolder.find(root, name).map(Json::readObject).orElseGet(Json::object);
  }

  private static Source source(Path root, ObjectNode tokenizer) {
    var file = ModelFolder.find(root, FILE);
    if (file.isPresent()) {
      return new Source(file.get().toString(), text(file.get()));
    }
    var name = root.resolve(TOKENIZER) + ": chat_template";
    var stored = tokenizer.path("chat_template");
    if (stored.isString()) {
      return new Source(name, stored.stringValue());
    }
    for (var named : stored) {
      if (named.path("name").stringValue("").equals("default")) {
        return new Source(name + " \"default\"", named.path("template").stringValue(""));
      }
    }
    throw new Problem(
        Category.BAD_INPUT,
        root + " has no chat template.",
        "Looked for " + FILE + " and for chat_template in " + TOKENIZER + ".",
        "Fetch the complete model.");
  }

  private static String text(Path file) {
    ModelFolder.refuseLfsPointer(file);
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has " + Files.size(file) + " bytes, expected at most " + BYTES_MAX + ".",
            "",
            "Check that the right file has this name.");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Cannot read " + file + " as UTF-8.",
          String.valueOf(e.getMessage()),
          "Fetch the file again.",
          e);
    }
  }

  private static Value variable(Path root, String key, JsonNode value) {
    if (value.isString()) {
      return new Text(value.stringValue());
    }
    if (value.isBoolean()) {
      return value.booleanValue() ? Truth.TRUE : Truth.FALSE;
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return new Whole(value.longValue());
    }
    if (value.isNull()) {
      return Absent.NONE;
    }
    throw new Problem(
        Category.UNSUPPORTED,
        root.resolve(SETTINGS)
            + " hands "
            + key
            + " = "
            + Json.line(value)
            + " to the chat template.",
        "Embark hands over texts, integers, true, false and null.",
        "");
  }

  private static Content content(Path root, ObjectNode settings, String template) {
    var format = settings.path("modality_config").path("message").path("format").stringValue("");
    return switch (format) {
      case "flat" -> Content.FLAT;
      case "structured" -> Content.STRUCTURED;
      case "", "auto" ->
          STRUCTURED.stream().anyMatch(template::contains) ? Content.STRUCTURED : Content.FLAT;
      default ->
          throw new Problem(
              Category.UNSUPPORTED,
              root.resolve(SETTINGS) + " has the message format \"" + format + "\".",
              "Embark knows flat and structured.",
              "");
    };
  }

  /// Returns the constant pieces of the prompt.
  ///
  /// The template is rendered once, with holes in the place of the texts. It may join and print
  /// them; where it looks at one or changes it, that is a [Problem]. So the pieces are those of
  /// every pair of texts.
  RerankTemplate rerank() {
    var plain = frame(List.of(message("query", QUERY), message("document", DOCUMENT)));
    return new RerankTemplate(plain, instruction(plain));
  }

  private Instruction instruction(Frame plain) {
    try {
      var frame =
          frame(
              List.of(
                  message("system", INSTRUCTION),
                  message("query", QUERY),
                  message("document", DOCUMENT)));
      boolean isTaken =
          List.of(frame.prefix(), frame.between(), frame.suffix()).stream()
              .anyMatch(piece -> piece.indexOf(INSTRUCTION) >= 0);
      if (isTaken) {
        return new Instruction.Taken(frame, INSTRUCTION);
      }
      // A system message may change a prompt without standing in it.
      return frame.equals(plain)
          ? new Instruction.Ignored()
          : new Instruction.Taken(frame, INSTRUCTION);
    } catch (Problem problem) {
      return new Instruction.Refused(problem);
    }
  }

  private Value message(String role, char hole) {
    var text = new Text(Character.toString(hole));
    return new Mapping(
        Map.of(
            "role",
            new Text(role),
            "content",
            switch (content) {
              case FLAT -> text;
              case STRUCTURED ->
                  new Listing(List.of(new Mapping(Map.of("type", new Text("text"), "text", text))));
            }));
  }

  private Frame frame(List<Value> messages) {
    var all = new LinkedHashMap<>(variables);
    all.put("messages", new Listing(messages));
    var prompt = template.render(all);
    int query = place(prompt, QUERY, "query");
    int document = place(prompt, DOCUMENT, "document");
    if (query < 0 || document < 0) {
      throw dropped(query, document);
    }
    if (document < query) {
      throw unusual("puts the document before the query");
    }
    return new Frame(
        prompt.substring(0, query),
        prompt.substring(query + 1, document),
        prompt.substring(document + 1));
  }

  private int place(String prompt, char hole, String text) {
    int first = prompt.indexOf(hole);
    if (first != prompt.lastIndexOf(hole)) {
      throw unusual("prints the " + text + " more than once");
    }
    return first;
  }

  private Problem unusual(String how) {
    return new Problem(
        Category.UNSUPPORTED,
        name + " " + how + ".",
        "Embark asks with a query and then a document, each once.",
        "Take a revision of the model with another template.");
  }

  private Problem dropped(int query, int document) {
    var texts = document < 0 ? "document" : "query";
    if (query < 0 && document < 0) {
      texts = "query and the document";
    }
    return new Problem(
        Category.UNSUPPORTED,
        name + " drops the messages of the " + texts + ".",
        "A reranker hands over its texts as messages with the roles query and document; this"
            + " template is written for other roles.",
        "Take a revision whose " + FILE + " renders both roles.");
  }
}
