package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.tokenize.AddedToken.Matching;
import dev.embark.tokenize.AddedToken.Strip;
import dev.embark.tokenize.PostProcessor.First;
import dev.embark.tokenize.PostProcessor.Piece;
import dev.embark.tokenize.PostProcessor.Second;
import dev.embark.tokenize.PostProcessor.Special;
import dev.embark.tokenize.SentencePieceFile.ModelType;
import dev.embark.tokenize.SentencePieceFile.PieceType;
import dev.embark.tokenize.SentencePieceOptions.Option;
import dev.embark.tokenize.SentencePieceTokenizer.Cut;
import dev.embark.tokenize.SentencePieceTokenizer.Model;
import dev.embark.tokenize.SentencePieceTokenizer.Step;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// SentencePiece models of all families against what transformers makes of them.
class SentencePieceTest {
  private static final Path FOLDER =
      Path.of("src", "test", "resources", "tokenize", "sentencepiece");

  private static final JsonNode GOLDEN = Json.read(FOLDER.resolve("families.json"));

  @Test
  void tokenizersAreWhatTransformersMakes() throws IOException {
    for (var golden : GOLDEN.get("cases")) {
      var name = golden.get("class").stringValue() + " " + golden.get("options");
      var file = read(golden.get("model").stringValue());
      var tokenizer = SentencePieceFamily.tokenizer(file, options(golden), "test");
      var expected = golden.get("tokenizer");
      assertThat(texts(tokenizer.model())).as(name).isEqualTo(texts(expected.get("model")));
      assertThat(steps(tokenizer.normalizer()))
          .as(name)
          .isEqualTo(flat(expected.get("normalizer"), "normalizers"));
      assertThat(cuts(tokenizer.cuts()))
          .as(name)
          .isEqualTo(flat(expected.get("pre_tokenizer"), "pretokenizers"));
      assertThat(added(tokenizer.addedTokens())).as(name).isEqualTo(added(expected));
      var template = expected.get("post_processor");
      assertThat(pieces(tokenizer.postProcessor().single()))
          .as(name)
          .isEqualTo(pieces(template, "single"));
      assertThat(pieces(tokenizer.postProcessor().pair()))
          .as(name)
          .isEqualTo(pieces(template, "pair"));
      assertThat(tokenizer.padId()).as(name).isEqualTo(golden.get("pad_id").asInt(0));
    }
  }

  private static SentencePieceFile read(String name) throws IOException {
    return SentencePieceFile.read(bytes(name), Path.of(name + ".model"));
  }

  /// The Unigram models get their character map back, as one more `normalizer_spec`.
  private static byte[] bytes(String name) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Files.readAllBytes(FOLDER.resolve(name + ".model")));
    if (!name.equals("llama") && !name.equals("gemma")) {
      var map = new ByteArrayOutputStream();
      delimited(map, 2, PrecompiledMapTest.nmtNfkc());
      delimited(bytes, 3, map.toByteArray());
    }
    return bytes.toByteArray();
  }

  static void delimited(ByteArrayOutputStream target, int field, byte[] value) {
    target.write((field << 3) | 2);
    int length = value.length;
    for (; length > 127; length >>>= 7) {
      target.write((length & 127) | 128);
    }
    target.write(length);
    target.writeBytes(value);
  }

  private static SentencePieceOptions options(JsonNode golden) {
    var options = SentencePieceOptions.usual(golden.get("class").stringValue());
    for (var setting : golden.get("options").properties()) {
      var value = setting.getValue();
      options =
          switch (setting.getKey()) {
            case "extra_ids" -> options.withExtraIds(value.intValue());
            case "legacy" -> set(options, Option.LEGACY, value);
            case "do_lower_case" -> set(options, Option.LOWERCASE, value);
            case "keep_accents" -> set(options, Option.KEEP_ACCENTS, value);
            case "split_by_punct" -> set(options, Option.SPLIT_BY_PUNCTUATION, value);
            case "add_bos_token" -> set(options, Option.ADD_BEGIN, value);
            case "add_eos_token" -> set(options, Option.ADD_END, value);
            default -> options.withSpecial(setting.getKey(), value.stringValue());
          };
    }
    return options;
  }

  private static SentencePieceOptions set(
      SentencePieceOptions options, Option option, JsonNode value) {
    return value.booleanValue() ? options.with(option) : options.without(option);
  }

  private static List<String> texts(Model model) {
    var texts = new ArrayList<String>();
    switch (model) {
      case Model.Unigram(var vocabulary, var unknownId, var byteFallback) -> {
        texts.add("Unigram " + unknownId + " " + (byteFallback == ByteFallback.BYTES));
        vocabulary.forEach(scored -> texts.add(scored.piece() + " " + scored.score()));
      }
      case Model.Bpe(var vocabulary, var merges, var unknownToken, var byteFallback) -> {
        texts.add("BPE " + unknownToken + " " + (byteFallback == ByteFallback.BYTES));
        for (int i = 0; i < vocabulary.size(); i++) {
          texts.add(vocabulary.get(i).piece() + " " + i);
        }
        merges.forEach(merge -> texts.add(merge.left() + " " + merge.right()));
      }
    }
    return texts;
  }

  private static List<String> texts(JsonNode model) {
    var texts = new ArrayList<String>();
    var fallback = " " + model.get("byte_fallback").booleanValue();
    if (model.get("type").stringValue().equals("Unigram")) {
      texts.add("Unigram " + model.get("unk_id") + fallback);
      for (var entry : model.get("vocab")) {
        texts.add(entry.get(0).stringValue() + " " + entry.get(1).doubleValue());
      }
    } else {
      texts.add("BPE " + model.get("unk_token").stringValue() + fallback);
      for (var entry : model.get("vocab").properties()) {
        texts.add(entry.getKey() + " " + entry.getValue());
      }
      for (var merge : model.get("merges")) {
        texts.add(merge.get(0).stringValue() + " " + merge.get(1).stringValue());
      }
    }
    return texts;
  }

  private static List<String> steps(List<Step> steps) {
    return steps.stream().map(SentencePieceTest::step).toList();
  }

  private static String step(Step step) {
    return switch (step) {
      case Step.Precompiled _ -> "Precompiled nmt_nfkc";
      case Step.Replace(var text, var by) -> "Replace {\"String\":\"" + text + "\"} " + by;
      case Step.ReplaceSpaces(var by) -> "Replace {\"Regex\":\" {2,}\"} " + by;
      case Step.Prepend(var text) -> "Prepend " + text;
      case Step.Plain plain ->
          switch (plain) {
            case NFKD -> "NFKD";
            case STRIP_ACCENTS -> "StripAccents";
            case LOWERCASE -> "Lowercase";
            case STRIP -> "Strip true true";
            case STRIP_RIGHT -> "Strip false true";
          };
    };
  }

  private static List<String> cuts(List<Cut> cuts) {
    return cuts.stream()
        .map(cut ->
            switch (cut) {
              case Cut.Metaspace(var prefix, var splitting) ->
                  "Metaspace ▁ "
                      + prefix.name().toLowerCase(Locale.ROOT)
                      + " "
                      + (splitting == SentencePieceTokenizer.Splitting.WORDS);
              case Cut.Punctuation() -> "Punctuation Isolated";
              case Cut.BehindSpaces() -> "Split {\"String\":\" \"} MergedWithPrevious false";
            })
        .toList();
  }

  /// The parts of a sequence, or the one part; each with the values of its fields.
  private static List<String> flat(JsonNode part, String parts) {
    var flat = new ArrayList<String>();
    if (part.has(parts)) {
      part.get(parts).forEach(inner -> flat.add(values(inner)));
    } else if (!part.isNull()) {
      flat.add(values(part));
    }
    return flat;
  }

  private static String values(JsonNode part) {
    var values = new ArrayList<String>();
    for (var field : part.values()) {
      values.add(field.isString() ? field.stringValue() : field.toString());
    }
    return String.join(" ", values).replace("\"\\\"\"", "\"\"\"");
  }

  private static List<String> added(List<AddedToken> tokens) {
    return tokens.stream()
        .map(token ->
            "%d %s %s %s %s %s"
                .formatted(
                    token.id(),
                    token.content(),
                    token.bounds() == AddedToken.Bounds.SINGLE_WORD,
                    token.left() == Strip.SWALLOWED,
                    token.right() == Strip.SWALLOWED,
                    token.matching() == Matching.NORMALIZED))
        .toList();
  }

  private static List<String> added(JsonNode tokenizer) {
    var added = new ArrayList<String>();
    for (var token : tokenizer.get("added_tokens")) {
      added.add(
          "%s %s %s %s %s %s"
              .formatted(
                  token.get("id"),
                  token.get("content").stringValue(),
                  token.get("single_word"),
                  token.get("lstrip"),
                  token.get("rstrip"),
                  token.get("normalized")));
    }
    return added;
  }

  private static List<String> pieces(List<Piece> template) {
    return template.stream()
        .map(piece ->
            switch (piece) {
              case First(var typeId) -> "A:" + typeId;
              case Second(var typeId) -> "B:" + typeId;
              case Special(var id, var typeId) -> id + ":" + typeId;
            })
        .toList();
  }

  private static List<String> pieces(JsonNode template, String name) {
    var pieces = new ArrayList<String>();
    for (var piece : template.get(name)) {
      if (piece.has("Sequence")) {
        var sequence = piece.get("Sequence");
        pieces.add(sequence.get("id").stringValue() + ":" + sequence.get("type_id"));
      } else {
        var special = piece.get("SpecialToken");
        var ids = template.get("special_tokens").get(special.get("id").stringValue()).get("ids");
        pieces.add(ids.get(0) + ":" + special.get("type_id"));
      }
    }
    return pieces;
  }

  @Test
  void fileSaysWhatWasTrained() throws IOException {
    var fairseq = read("fairseq");
    assertThat(fairseq.modelType()).isEqualTo(ModelType.UNIGRAM);
    assertThat(fairseq.byteFallback()).isEqualTo(ByteFallback.NONE);
    assertThat(fairseq.normalization()).isEqualTo("nmt_nfkc");
    assertThat(fairseq.map()).hasSize(1);
    assertThat(fairseq.pieces().getFirst())
        .isEqualTo(new SentencePieceFile.Piece("<unk>", 0, PieceType.UNKNOWN));
    assertThat(fairseq.pieces().get(1).type()).isEqualTo(PieceType.CONTROL);
    var gemma = read("gemma");
    assertThat(gemma.modelType()).isEqualTo(ModelType.BPE);
    assertThat(gemma.byteFallback()).isEqualTo(ByteFallback.BYTES);
    assertThat(gemma.unknownId()).isEqualTo(3);
    assertThat(gemma.unknownPiece()).isEqualTo("<unk>");
    assertThat(gemma.map()).isEmpty();
    assertThat(gemma.pieces().get(4).type()).isEqualTo(PieceType.USER_DEFINED);
    assertThat(gemma.pieces()).anyMatch(piece -> piece.type() == PieceType.BYTE);
  }

  @Test
  void unknownClassIsRefusedByName() throws IOException {
    var file = read("fairseq");
    assertThatThrownBy(() ->
            SentencePieceFamily.tokenizer(
                file, SentencePieceOptions.usual("MBartTokenizer"), "spiece.model"))
        .hasMessage(
            """
            spiece.model has the tokenizer_class "MBartTokenizer", which Embark does not know.
            Known: XLMRobertaTokenizer, CamembertTokenizer, T5Tokenizer, AlbertTokenizer, \
            DebertaV2Tokenizer, LlamaTokenizer, GemmaTokenizer.
            Ask for it with a link to the checkpoint.\
            """);
    assertThatThrownBy(() ->
            SentencePieceFamily.tokenizer(
                file, SentencePieceOptions.usual("T5Tokenizer").withExtraIds(1 << 30), "t"))
        .hasMessage("tokenizer_config.json has extra_ids 1073741824.\nExpected 0 to 10000.");
  }

  @Test
  void damagedFilesAreNamed() {
    assertThatThrownBy(() -> SentencePieceFile.read(new byte[0], Path.of("spm.model")))
        .hasMessage(
            """
            spm.model has no pieces.
            It is no SentencePiece model.
            Fetch the file again.\
            """);
    // A piece without a text.
    assertThatThrownBy(() -> SentencePieceFile.read(new byte[] {10, 0}, Path.of("spm.model")))
        .hasMessageStartingWith(
            "spm.model is damaged at byte 2: piece 0 has 0 characters and the score 0.0, expected"
                + " 1 to 1024 and a finite number.");
    // Type 7.
    assertThatThrownBy(() ->
            SentencePieceFile.read(new byte[] {10, 5, 10, 1, 'a', 24, 7}, Path.of("spm.model")))
        .hasMessageStartingWith("spm.model is damaged at byte 5: 7 is not between 1 and 6.");
    assertThatThrownBy(() ->
            SentencePieceFamily.tokenizer(
                SentencePieceFile.read(new byte[] {10, 3, 10, 1, 'a'}, Path.of("spm.model")),
                SentencePieceOptions.usual("LlamaTokenizer"),
                "spm.model"))
        .hasMessageStartingWith("spm.model has 1 pieces.\nLlamaTokenizer puts other entries");
  }

  @Test
  void damageAnywhereIsAProblemOrHarmless() throws IOException {
    var random = new SplittableRandom(3);
    var original = bytes("gemma");
    for (int i = 0; i < 600; i++) {
      var bytes =
          Arrays.copyOf(
              original, random.nextBoolean() ? random.nextInt(original.length) : original.length);
      for (int k = random.nextInt(4); k > 0 && bytes.length > 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        var file = SentencePieceFile.read(bytes, Path.of("spm.model"));
        SentencePieceFamily.tokenizer(file, SentencePieceOptions.usual("GemmaTokenizer"), "spm");
      } catch (Problem problem) {
        assertThat(problem.what()).startsWith("spm");
      }
    }
  }
}
