package dev.embark.convert;

import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain.Sequence;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Output;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Reading;
import dev.embark.bundle.Variant;
import dev.embark.embed.EncodedText;
import dev.embark.embed.Input;
import dev.embark.embed.ModelFiles;
import dev.embark.embed.Prompt;
import dev.embark.embed.Role;
import dev.embark.format.json.Json;
import dev.embark.tokenize.Tokens;
import dev.embark.verify.Reference;
import dev.embark.verify.Spread;
import dev.embark.verify.Tolerance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What an app needs beside Core ML packages: how a text becomes tokens, which package takes how
/// many, texts with the vectors of the original to test itself with, and a Swift package that does
/// all of that.
final class AppFiles {
  private static final String FOLDER = "coreml/";
  private static final String FILE = FOLDER + "app.json";
  private static final int FORMAT = 1;

  /// Enough to see a wrong tokenizer, a wrong mask and a wrong precision, and little to carry.
  private static final int SAMPLES = 6;

  private static final int SAMPLE_TOKENS_MAX = 64;

  /// Of the Neural Engine, reported by those who measured it, on texts that are no outliers.
  private static final double HALF_COSINE = 0.999;

  private static final List<String> KIT =
      List.of(
          "Package.swift",
          "README.md",
          "Sources/EmbarkKit/AppDescription.swift",
          "Sources/EmbarkKit/EmbarkError.swift",
          "Sources/EmbarkKit/EmbarkModel.swift",
          "Sources/EmbarkKit/Program.swift",
          "Sources/EmbarkKit/SelfTest.swift",
          "Sources/EmbarkKit/TokenReader.swift",
          "Tests/EmbarkKitTests/EmbarkKitTests.swift");

  private final BundleWriter bundle;
  private final ModelFiles files;
  private final Output output;

  AppFiles(BundleWriter bundle, ModelFiles files) {
    this.bundle = bundle;
    this.files = files;
    this.output = files.pipeline().outputs().getFirst();
  }

  static boolean areFor(Variant variant) {
    return variant.chain().stages().getFirst().backend().equals(CoreMlBackend.NAME);
  }

  /// Writes everything.
  ///
  /// @param references values of the original, none where nobody asked it
  void write(String reference, List<Variant> variants, List<Reference> references) {
    var document = Json.object();
    document.put("format", FORMAT).put("model", reference);
    var pipeline = files.pipeline();
    document.put("maximum_length", pipeline.maxTokens());
    document.put("lowercase", pipeline.reading().letters() == Pipeline.Letters.LOWERCASED);
    describeOutput(document);
    describeTokens(document);
    describePrompts(document.putObject("prompts"));
    document.put("default_prompt", pipeline.defaultPrompt());
    var list = document.putArray("variants");
    variants.stream()
        .filter(AppFiles::areFor)
        .forEach(variant -> describe(variant, list.addObject()));
    var samples = document.putArray("samples");
    samples(references).forEach(each -> describe(each, samples.addObject()));
    bundle.write(FILE, (document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    KIT.forEach(this::copy);
  }

  private void copy(String name) {
    try (var resource = AppFiles.class.getResourceAsStream("EmbarkKit/" + name)) {
      if (resource == null) {
        throw new IllegalStateException("EmbarkKit/" + name + " is missing");
      }
      bundle.write(FOLDER + "EmbarkKit/" + name, resource.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void describeOutput(ObjectNode document) {
    switch (output) {
      case Output.Embedding embedding ->
          document
              .put("output", CoreMlPorts.EMBEDDINGS)
              .put("values", embedding.dimension())
              .put("similarity", embedding.similarity());
      case Output.Score score ->
          document
              .put("output", CoreMlPorts.SCORE)
              .put("values", score.labels().size())
              .put("activation", score.activation().key());
      case Output.Lexical _, Output.MultiVector _, Output.Sparse _ ->
          throw new IllegalStateException(output.port() + " is in no package");
    }
  }

  /// Says what stands around the tokens of a text, and around those of two.
  private void describeTokens(ObjectNode document) {
    var tokenizer = files.openTokenizer();
    document.put("pad_id", tokenizer.padId());
    document.put("truncation_side", tokenizer.side().name().toLowerCase(Locale.ROOT));
    var bare = new Tokens();
    var whole = new Tokens();
    tokenizer.encodeBare("a", SAMPLE_TOKENS_MAX, bare);
    switch (output) {
      case Output.Score(_, _, Output.Pairing.Template(), _) -> {
        tokenizer.encodePair("a", "a", SAMPLE_TOKENS_MAX, whole);
        int first = find(bare, whole, 0);
        int second = find(bare, whole, first + bare.length());
        var pair = document.putObject("pair");
        put(pair, "head", whole, 0, first);
        put(pair, "middle", whole, first + bare.length(), second);
        put(pair, "tail", whole, second + bare.length(), whole.length());
        pair.put("second_type", whole.typeId(second));
      }
      case Output.Score _ -> {} // A prompt around both is for whoever writes one.
      case Output.Embedding _, Output.Lexical _, Output.MultiVector _, Output.Sparse _ -> {
        boolean isBare = files.pipeline().reading().specials() == Reading.Specials.LEFT_OUT;
        if (isBare) {
          tokenizer.encodeBare("a", SAMPLE_TOKENS_MAX, whole);
        } else {
          tokenizer.encode("a", SAMPLE_TOKENS_MAX, whole);
        }
        int at = find(bare, whole, 0);
        var single = document.putObject("single");
        put(single, "head", whole, 0, at);
        put(single, "tail", whole, at + bare.length(), whole.length());
      }
    }
  }

  /// Returns where the tokens of a text begin among those around it.
  private static int find(Tokens text, Tokens whole, int from) {
    var wanted = text.toIds();
    var all = whole.toIds();
    for (int at = from; at + wanted.length <= all.length; at++) {
      if (Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new IllegalStateException(Arrays.toString(wanted) + " is not in " + Arrays.toString(all));
  }

  private static void put(ObjectNode node, String name, Tokens tokens, int from, int to) {
    var array = node.putArray(name);
    for (int i = from; i < to; i++) {
      array.add(tokens.id(i));
    }
  }

  private void describePrompts(ObjectNode prompts) {
    if (output instanceof Output.Score) {
      return;
    }
    var encoder = files.encoder(output);
    new TreeMap<>(files.pipeline().prompts())
        .forEach((name, text) -> {
          var encoded = encoder.apply(new Input.Text("a", new Prompt.Named(name), Role.NONE));
          int uncounted = 0;
          while (uncounted < encoded.length() && encoded.mask(uncounted) == 2) {
            uncounted++;
          }
          prompts.putObject(name).put("text", text).put("uncounted", uncounted);
        });
  }

  private void describe(Variant variant, ObjectNode node) {
    var recipe = variant.recipe();
    node.put("precision", recipe.precision())
        .put("compute_units", CoreMlPorts.units(recipe.precision()));
    switch (Tolerance.of(recipe.precision(), recipe.target(), files.pipeline())
        .get(output.port())) {
      case Limits.Vectors vectors ->
          node.put(
              "minimum_cosine", Math.min(vectors.cosineMin(), deviceCosine(recipe.precision())));
      case Limits.Scores scores -> node.put("maximum_difference", scores.maxAbs());
      case null -> throw new IllegalStateException("there are no limits for " + output.port());
    }
    var programs = node.putArray("programs");
    var stage = variant.chain().stages().getFirst();
    boolean isOneFile = stage.files().stream().map(each -> each.path()).distinct().count() == 1;
    for (var file : stage.files()) {
      if (file.sequence() instanceof Sequence.Exactly(int length)) {
        var program = programs.addObject();
        program.put("length", length).put("package", file.path().substring(FOLDER.length()));
        if (isOneFile && stage.files().size() > 1) {
          program.put("function", Drafts.function(length));
        }
      }
    }
  }

  /// Returns the smallest cosine that is asked of a device, which rounds 16 bits in its own way.
  private static double deviceCosine(String precision) {
    return precision.equals(Precision.FP32.key()) ? 1 : HALF_COSINE;
  }

  /// Returns a few references of short texts, spread over all there are.
  private List<Reference> samples(List<Reference> references) {
    var encoder = files.encoder(output);
    var fitting =
        references.stream()
            .filter(each -> each.output().equals(output))
            .filter(each -> isSimple(each.input()))
            .filter(each -> {
              var encoded = encoder.apply(each.input());
              return encoded.length() <= SAMPLE_TOKENS_MAX
                  && encoded.untruncatedLength() == encoded.length();
            })
            .toList();
    return Spread.of(fitting, SAMPLES);
  }

  /// Returns whether an app meets such texts: prompts that a model has have a name, and nobody
  /// writes special tokens in so many letters, of which tokenizers think differently.
  private static boolean isSimple(Input input) {
    return switch (input) {
      case Input.Text(var text, Prompt.Named _, _) -> isOrdinary(text);
      case Input.Text(var text, Prompt.None _, _) -> isOrdinary(text);
      case Input.Text(_, Prompt.Default _, _) -> false;
      case Input.Text(_, Prompt.Literal _, _) -> false;
      case Input.Pair(var texts, _, var instruction) ->
          instruction.isEmpty() && isOrdinary(texts.query()) && isOrdinary(texts.document());
    };
  }

  private static boolean isOrdinary(String text) {
    return !text.isBlank() && !text.contains("[") && !text.contains("<");
  }

  private void describe(Reference reference, ObjectNode node) {
    switch (reference.input()) {
      case Input.Text(var text, var prompt, _) -> {
        node.put("text", text);
        if (prompt instanceof Prompt.Named(var name)) {
          node.put("prompt", name);
        }
      }
      case Input.Pair(var texts, _, _) ->
          node.put("text", texts.query()).put("document", texts.document());
    }
    EncodedText encoded = files.encoder(output).apply(reference.input());
    var ids = node.putArray("input_ids");
    var mask = node.putArray("attention_mask");
    ArrayNode types = node.putArray("token_type_ids");
    for (int i = 0; i < encoded.length(); i++) {
      ids.add(encoded.id(i));
      mask.add(encoded.mask(i));
      types.add(encoded.typeId(i));
    }
    var values = node.putArray("values");
    for (float value : reference.values()) {
      values.add(value);
    }
  }
}
