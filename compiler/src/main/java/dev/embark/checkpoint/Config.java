package dev.embark.checkpoint;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.ModelFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `config.json` of a checkpoint or of one of its modules, and the account of which keys were read.
///
/// A key that nobody read and that is not known to leave the result alone is an error: a default in
/// its place would be a guess.
public final class Config {
  /// Keys that name, train, generate or save a model, but never change what an encoder computes.
  private static final Set<String> HARMLESS =
      Set.of(
          // who and from where
          "_attn_implementation_autoset",
          "_commit_hash",
          "_name_or_path",
          "architectures",
          "dtype",
          "finetuning_task",
          "gradient_checkpointing",
          "license",
          "model_type",
          "name_or_path",
          "sentence_transformers",
          "tokenizer_class",
          "torch_dtype",
          "transformers_version",
          "xla_device",
          // training
          "attention_dropout",
          "attention_probs_dropout_prob",
          "classifier_dropout",
          "hidden_dropout_prob",
          "initializer_factor",
          "initializer_range",
          "problem_type",
          "return_dict",
          "summary_first_dropout",
          "tf_legacy_loss",
          "tie_encoder_decoder",
          "tie_word_embeddings",
          "use_bfloat16",
          "use_cache",
          // outputs and heads that an embedding does not use
          "_num_labels",
          "id2label",
          "is_matryoshka",
          "label2id",
          "mask_token_id",
          "matryoshka_dimensions",
          "num_labels",
          "output_attentions",
          "output_hidden_states",
          "output_past",
          "pooler_fc_size",
          "pooler_num_attention_heads",
          "pooler_num_fc_layers",
          "pooler_size_per_head",
          "pooler_type",
          "summary_activation",
          "summary_last_dropout",
          "summary_type",
          "summary_use_proj",
          "directionality",
          // tokens, read from the tokenizer's own files
          "bos_token_id",
          "cls_token_id",
          "decoder_start_token_id",
          "eos_token_id",
          "pad_token_id",
          "prefix",
          "sep_token_id",
          "unk_token_id",
          // generation
          "bad_words_ids",
          "begin_suppress_tokens",
          "diversity_penalty",
          "do_sample",
          "early_stopping",
          "encoder_no_repeat_ngram_size",
          "exponential_decay_length_penalty",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "length_penalty",
          "max_length",
          "min_length",
          "no_repeat_ngram_size",
          "num_beam_groups",
          "num_beams",
          "num_return_sequences",
          "output_scores",
          "remove_invalid_values",
          "repetition_penalty",
          "return_dict_in_generate",
          "suppress_tokens",
          "task_specific_params",
          "temperature",
          "top_k",
          "top_p",
          "typical_p",
          // how the original is executed, not what it computes
          "chunk_size_feed_forward",
          "cross_attention_hidden_size",
          "is_encoder_decoder",
          "torchscript");

  /// What transformers takes where nothing is said.
  private static final int LABELS = 2;

  private final String origin;
  private final ObjectNode json;
  private final Set<String> read = new TreeSet<>();

  /// Wraps a configuration; `origin` says in errors where it comes from.
  public Config(String origin, ObjectNode json) {
    this.origin = origin;
    this.json = json;
  }

  /// Reads the file `name` of the model in `root`, if it exists.
  static Optional<Config> find(Path root, String name) {
    return ModelFolder.find(root, name).map(file -> read(file, name));
  }

  /// Reads the file `name` of the model in `root`, which must be there.
  static Config in(Path root, String name) {
    return read(ModelFolder.resolve(root, name), name);
  }

  /// Reads `file`, which is called `origin` in errors.
  static Config read(Path file, String origin) {
    ModelFolder.refuseLfsPointer(file);
    return new Config(origin, Json.readObject(file));
  }

  /// Returns where this configuration comes from.
  public String origin() {
    return origin;
  }

  /// Returns the JSON as it was read.
  public ObjectNode json() {
    return json;
  }

  /// Returns the names in `architectures`, empty where there are none.
  public List<String> architectures() {
    return texts("architectures");
  }

  /// Returns whether `key` is there and not null.
  public boolean has(String key) {
    read.add(key);
    return json.hasNonNull(key);
  }

  /// Returns a positive integer that must be there.
  public int size(String key) {
    var value = take(key);
    if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0) {
      return value.intValue();
    }
    throw wrong(key, value, "a positive whole number");
  }

  /// Returns a positive integer, or `otherwise` where it is not set.
  public int size(String key, int otherwise) {
    return has(key) ? size(key) : otherwise;
  }

  /// Returns a whole number from 0 on, or `otherwise` where it is not set.
  public int index(String key, int otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = take(key);
    if (value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 0) {
      return value.intValue();
    }
    throw wrong(key, value, "a whole number from 0 on");
  }

  /// Returns a whole number, negative ones too, or `otherwise` where it is not set.
  public int integer(String key, int otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = take(key);
    if (value.isIntegralNumber() && value.canConvertToInt()) {
      return value.intValue();
    }
    throw wrong(key, value, "a whole number");
  }

  /// Refuses a configuration in which `part` does not divide the value of `key`.
  public void requireDivides(String key, int whole, int part) {
    if (whole % part != 0) {
      throw wrong(key, take(key), "a multiple of " + part);
    }
  }

  /// Returns a positive integer of at most `max`, beyond which a header can only lie.
  public int count(String key, int max) {
    int count = size(key);
    if (count > max) {
      throw wrong(key, take(key), "at most " + max);
    }
    return count;
  }

  /// Returns a positive integer that divides the value of `whole`.
  public int divisor(String key, String whole) {
    int divisor = size(key);
    if (size(whole) % divisor != 0) {
      throw wrong(key, take(key), "a divisor of " + whole + " = " + size(whole));
    }
    return divisor;
  }

  /// Returns a positive real number, or `otherwise` where it is not set.
  public double real(String key, double otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = take(key);
    if (value.isNumber() && value.doubleValue() > 0 && Double.isFinite(value.doubleValue())) {
      return value.doubleValue();
    }
    throw wrong(key, value, "a positive number");
  }

  /// Returns a text, or `otherwise` where it is not set.
  public String text(String key, String otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = take(key);
    if (value.isString()) {
      return value.stringValue();
    }
    throw wrong(key, value, "a text");
  }

  /// Returns the one of `choices` that is spelled so; the first where nothing is set.
  public <T> T choice(String key, T[] choices, Function<T, String> spelling) {
    var text = text(key, spelling.apply(choices[0]));
    for (var choice : choices) {
      if (spelling.apply(choice).equals(text)) {
        return choice;
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        origin + ": " + key + " = \"" + text + "\" is not supported.",
        "Known are " + Arrays.stream(choices).map(spelling).collect(Collectors.joining(", ")) + ".",
        "Convert a model with one of them, or ask for the feature.");
  }

  /// Returns a list of texts, empty where it is not set.
  public List<String> texts(String key) {
    if (!has(key)) {
      return List.of();
    }
    var value = take(key);
    if (value.isArray() && value.valueStream().allMatch(JsonNode::isString)) {
      return value.valueStream().map(JsonNode::stringValue).toList();
    }
    throw wrong(key, value, "a list of texts");
  }

  /// Returns a list of texts that may also be one text, its words parted by `|`; empty where it is
  /// not set.
  public List<String> words(String key) {
    if (!has(key) || take(key).isArray()) {
      return texts(key);
    }
    return Stream.of(text(key, "").toLowerCase(Locale.ROOT).split("\\|"))
        .map(String::strip)
        .toList();
  }

  /// Returns a configuration inside this one, which keeps an account of its own.
  public Config child(String key) {
    if (take(key) instanceof ObjectNode object) {
      return new Config(origin + " " + key, object);
    }
    throw wrong(key, take(key), "an object");
  }

  /// Returns the names of the scores that a classifier gives, as transformers counts them.
  public List<String> labels() {
    if (has("id2label")) {
      var given = child("id2label").json();
      var names = new LinkedHashSet<String>();
      for (int label = 0; label < given.size(); label++) {
        names.add(given.path(Integer.toString(label)).asString(""));
      }
      if (given.isEmpty() || names.size() < given.size() || names.contains("")) {
        throw wrong("id2label", given, "names for 0, 1, 2, … that differ");
      }
      return List.copyOf(names);
    }
    int count = has("num_labels") ? size("num_labels") : size("_num_labels", LABELS);
    return IntStream.range(0, count).mapToObj(label -> "LABEL_" + label).toList();
  }

  /// Declares keys that leave the result of this architecture alone.
  public void disregard(String... keys) {
    read.addAll(List.of(keys));
  }

  /// Refuses remote code (`auto_map`) whose classes are not known to compute what the architecture
  /// does.
  public void requireRemoteClasses(List<String> known) {
    if (!has("auto_map")) {
      return;
    }
    for (var entry : child("auto_map").json().properties()) {
      var value = entry.getValue();
      var name = (value.isArray() ? value.path(0) : value).asString("");
      var type = name.substring(name.lastIndexOf('.') + 1);
      if (!type.endsWith("Config") && !known.contains(type)) {
        throw new Problem(
            Category.UNSUPPORTED,
            origin + ": auto_map names the class \"" + type + "\", which Embark does not know.",
            "Code in the repository may compute something else than the architecture's own.",
            known.isEmpty()
                ? "Convert a model without code of its own, or ask for the feature."
                : "Known here are " + String.join(", ", known) + ".");
      }
    }
  }

  /// Returns whether `key` is set to `true`.
  public boolean isTrue(String key) {
    return has(key) && flag(key);
  }

  /// Returns whether `key` is set to `false`.
  public boolean isFalse(String key) {
    return has(key) && !flag(key);
  }

  private boolean flag(String key) {
    var value = take(key);
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    throw wrong(key, value, "true or false");
  }

  /// Refuses a configuration in which `key` is set to anything but `supported`.
  public void requireUnlessAbsent(String key, Object supported) {
    if (!has(key)) {
      return;
    }
    var value = take(key);
    var actual = value.isString() ? value.stringValue() : value.toString();
    boolean isEqual =
        (supported instanceof Number number && value.isNumber())
            ? value.doubleValue() == number.doubleValue()
            : actual.equals(supported.toString());
    if (!isEqual) {
      throw new Problem(
          Category.UNSUPPORTED,
          origin + ": " + key + " = " + value + " is not supported, only " + supported + ".",
          "The field changes what the model computes.",
          "Convert a model without it, or ask for the feature.");
    }
  }

  /// Refuses a configuration with keys that nobody has read and that might change the result.
  public void requireAllKnown(String family) {
    var unknown = new TreeSet<>(json.propertyNames());
    unknown.removeAll(read);
    unknown.removeAll(HARMLESS);
    if (!unknown.isEmpty()) {
      throw new Problem(
          Category.UNSUPPORTED,
          origin + ": unknown fields " + String.join(", ", unknown) + ".",
          family + " does not know what they change, and a guess could give wrong vectors.",
          "If you are sure that they change nothing, remove them from a copy of config.json.");
    }
  }

  private JsonNode take(String key) {
    read.add(key);
    var value = json.get(key);
    if (value == null || value.isNull()) {
      throw new Problem(
          Category.BAD_INPUT,
          origin + ": field " + key + " is missing.",
          "The model cannot be built without it.",
          "Take the file from the model's repository.");
    }
    return value;
  }

  Problem wrong(String key, JsonNode value, String expected) {
    return new Problem(
        Category.BAD_INPUT,
        origin + ": " + key + " = " + value + ", expected " + expected + ".",
        "",
        "Take the file from the model's repository.");
  }
}
