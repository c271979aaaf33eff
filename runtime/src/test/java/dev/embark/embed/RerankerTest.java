package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.Output;
import dev.embark.bundle.Output.Expansion;
import dev.embark.bundle.Output.Pairing;
import dev.embark.bundle.Output.ScoreActivation;
import dev.embark.bundle.Output.ScoreHead;
import dev.embark.bundle.Output.TokenRole;
import dev.embark.bundle.Pipeline;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RerankerTest {
  private static final List<String> LABELS = List.of("no", "maybe", "yes");
  private static final RerankRequest USUAL = RerankRequest.usual();
  private static final Pairing.Prompted PROMPTED =
      new Pairing.Prompted(
          "the orchestra ", "{instruction}: {query} and {document}", " tuned", "find the concert");

  @TempDir static Path cache;
  @TempDir Path folder;
  private TinyEngine tiny;

  @BeforeEach
  void writeModel() {
    tiny = new TinyEngine(folder.resolve("bundle"), cache);
  }

  @AfterEach
  void removeModel() {
    tiny.close();
  }

  private static Output.Score score(ScoreActivation activation, Pairing pairing) {
    return new Output.Score(LABELS, activation, pairing, new ScoreHead.Classifier());
  }

  private Reranker open(Output output) {
    return new Reranker(tiny.open(TinyBundle.giving(output)));
  }

  private Tokens pair(String query, String document) {
    var tokens = new Tokens();
    tiny.tokenizer().encodePair(query, document, TinyBundle.MAX_TOKENS, tokens);
    return tokens;
  }

  private static double[] mean(EncodedText text) {
    var mean = new double[TinyModel.HIDDEN];
    for (int j = 0; j < mean.length; j++) {
      for (int i = 0; i < text.length(); i++) {
        mean[j] += TinyBundle.MODEL.value(text.id(i), text.typeId(i), j) / text.length();
      }
    }
    return mean;
  }

  @Test
  void pairIsJoinedByTheTokenizerAndScored() {
    var pair = new TextPair("the concert", "the orchestra tuned");
    try (var reranker = open(score(ScoreActivation.SIGMOID, new Pairing.Template()))) {
      EncodedText encoded = reranker.encode(pair, USUAL).getFirst();
      Tokens tokens = pair(pair.query(), pair.document());
      assertThat(encoded.toIds()).isEqualTo(tokens.toIds());
      assertThat(encoded.toTypeIds()).isEqualTo(tokens.toTypeIds()).contains(1);
      Score score = reranker.score(pair, USUAL);
      for (int label = 0; label < LABELS.size(); label++) {
        double logit = TinyEngine.product(mean(encoded), label);
        assertThat((double) score.logits()[label]).isCloseTo(logit, within(1e-6));
        assertThat((double) score.values()[label])
            .isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-6));
      }
      assertThat(score.tokens()).isEqualTo(tokens.length());
      assertThat(score.isTruncated()).isFalse();
    }
    try (var reranker = open(score(ScoreActivation.IDENTITY, new Pairing.Template()))) {
      Score score = reranker.score(pair, USUAL);
      assertThat(score.values()).isEqualTo(score.logits());
    }
  }

  @Test
  void promptStandsBeforeTheFirstTextOnly() {
    var pair = new TextPair("concert", "orchestra");
    var request = USUAL.withPrompt(new Prompt.Literal("the "));
    try (var reranker = open(score(ScoreActivation.IDENTITY, new Pairing.Template()))) {
      assertThat(reranker.exactTexts(pair, request)).containsExactly("the concert", "orchestra");
      assertThat(reranker.encode(pair, request).getFirst().toIds())
          .isEqualTo(pair("the concert", "orchestra").toIds());
      assertThatThrownBy(() -> reranker.score(pair, USUAL.withInstruction("find")))
          .isInstanceOf(Problem.class)
          .hasMessage(
              """
              The model takes no instruction.
              It reads a query and a document, and nothing else.
              Leave the instruction out.\
              """);
    }
  }

  @Test
  void instructionWithoutAPlaceIsRefused() {
    var pairing = new Pairing.Prompted("", "{query} and {document}", "", "");
    try (var reranker = open(score(ScoreActivation.IDENTITY, pairing))) {
      var pair = new TextPair("concert", "orchestra");
      assertThatThrownBy(() -> reranker.score(pair, USUAL.withInstruction("find")))
          .isInstanceOf(Problem.class)
          .hasMessageStartingWith("The model takes no instruction.");
    }
  }

  @Test
  void templateWithoutPrefixIsTokenizedAsAWhole() {
    var pairing = new Pairing.Prompted("", "{query} find {document}", "tra tuned", "");
    try (var reranker = open(score(ScoreActivation.IDENTITY, pairing))) {
      assertThat(reranker.encode(new TextPair("the", "orches"), USUAL).getFirst().toIds())
          .isEqualTo(tiny.bareIds("the find orchestra tuned"));
    }
  }

  @Test
  void scoresThatTheActivationMadeEqualAreRankedByTheirLogits() {
    var good = new Score(new float[] {1}, new float[] {18}, 5, 5);
    var best = new Score(new float[] {1}, new float[] {25}, 5, 5);

    assertThat(Stream.of(good, best).sorted(Score.bestFirst(0))).containsExactly(best, good);
  }

  @Test
  void promptedPairIsFilledInOnceAndItsPartsAreTokenizedAlone() {
    var pair = new TextPair("what is {document}?", "a {query} $1 \\");
    try (var reranker = open(score(ScoreActivation.IDENTITY, PROMPTED))) {
      assertThat(reranker.exactTexts(pair, USUAL))
          .containsExactly(
              "the orchestra find the concert: what is {document}? and a {query} $1 \\ tuned");
      assertThat(reranker.exactTexts(pair, USUAL.withInstruction("look")).getFirst())
          .startsWith("the orchestra look: what");
      int[] prefix = tiny.bareIds("the orchestra ");
      int[] body = tiny.bareIds("find the concert: what is {document}? and a {query} $1 \\");
      int[] suffix = tiny.bareIds(" tuned");
      int[] ids = reranker.encode(pair, USUAL).getFirst().toIds();
      assertThat(ids)
          .hasSize(prefix.length + body.length + suffix.length)
          .startsWith(prefix)
          .endsWith(suffix);
      assertThat(Arrays.copyOfRange(ids, prefix.length, prefix.length + body.length))
          .isEqualTo(body);
    }
  }

  @Test
  void onlyTheBodyOfAPromptedPairIsCut() {
    var pair = new TextPair("the concert", "the orchestra ".repeat(50));
    try (var reranker = open(score(ScoreActivation.IDENTITY, PROMPTED))) {
      EncodedText encoded = reranker.encode(pair, USUAL).getFirst();
      assertThat(encoded.toIds())
          .hasSize(TinyBundle.MAX_TOKENS)
          .startsWith(tiny.bareIds("the orchestra find"))
          .endsWith(tiny.bareIds(" tuned"));
      assertThat(reranker.score(pair, USUAL).isTruncated()).isTrue();
      assertThatThrownBy(() ->
              reranker.score(
                  List.of(new TextPair("a", "b"), pair), USUAL.withTruncation(Truncation.ERROR)))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.BAD_INPUT))
          .hasMessageStartingWith(
              "Pair 2 has " + encoded.untruncatedLength() + " tokens, the limit is 64.");
    }
    var narrow = TinyBundle.giving(score(ScoreActivation.IDENTITY, PROMPTED)).withMaxTokens(2);
    int around = tiny.bareIds("the orchestra ").length + tiny.bareIds(" tuned").length;
    try (var reranker = new Reranker(tiny.open(narrow))) {
      assertThatThrownBy(() -> reranker.score(pair, USUAL))
          .hasMessage(
              "The model's own texts around a pair have "
                  + around
                  + """
                   tokens, the limit is 2.
                  Nothing of the pair would be left.
                  Convert the model with a higher limit.\
                  """);
    }
  }

  @Test
  void documentsAreRankedByTheLabelNamed() {
    var documents = List.of("concert", "tuned instruments", "", "the orchestra", "concert");
    try (var reranker = open(score(ScoreActivation.IDENTITY, new Pairing.Template()))) {
      var ranked = reranker.rank("the concert", documents, USUAL.withLabel("yes"));
      assertThat(ranked).extracting(Ranked::index).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      assertThat(ranked).extracting(Ranked::value).isSortedAccordingTo((a, b) -> b.compareTo(a));
      assertThat(ranked).extracting(Ranked::index).containsSubsequence(0, 4);
      assertThat(ranked.getFirst().value()).isEqualTo(ranked.getFirst().score().values()[2]);
      assertThatThrownBy(() -> reranker.rank("x", documents, USUAL))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
          .hasMessage(
              """
              The model gives 3 scores, and none is named to rank by.
              Its labels are [no, maybe, yes].
              Name one of them.\
              """);
      assertThatThrownBy(() -> reranker.rank("x", documents, USUAL.withLabel("sure")))
          .hasMessageStartingWith("The model has no label \"sure\".");
    }
  }

  @Test
  void vectorsOfTokensAreComparedOneByOne() {
    var vectors =
        new Output.MultiVector(
            List.of(),
            TinyModel.HIDDEN,
            0,
            new TokenRole(16, Expansion.UNATTENDED, 5, List.of()),
            TokenRole.plain(48));
    var pair = new TextPair("tuned", "the concert");
    try (var reranker = open(vectors)) {
      // The model's prompts are `concert began: ` for queries and `the orchestra ` for documents.
      assertThat(reranker.exactTexts(pair, USUAL))
          .containsExactly("concert began: tuned", "the orchestra the concert");
      int[] query = Arrays.copyOf(tiny.ids("concert began: tuned"), 16);
      Arrays.fill(query, tiny.ids("concert began: tuned").length, 16, 5);
      int[] document = tiny.ids("the orchestra the concert");
      assertThat(reranker.encode(pair, USUAL))
          .extracting(EncodedText::toIds)
          .containsExactly(query, document);
      double expected = 0;
      for (int asked : query) {
        double best = Double.NEGATIVE_INFINITY;
        for (int found : document) {
          double dot = 0;
          for (int j = 0; j < TinyModel.HIDDEN; j++) {
            dot += unit(asked)[j] * unit(found)[j];
          }
          best = Math.max(best, dot);
        }
        expected += best;
      }
      assertThat((double) reranker.score(pair, USUAL).values()[0])
          .isCloseTo(expected, within(1e-5));
      var ranked = reranker.rank("tuned", List.of("concert", "tuned", "concert"), USUAL);
      assertThat(ranked).extracting(Ranked::index).containsExactlyInAnyOrder(0, 1, 2);
      assertThat(reranker.labels()).containsExactly("MaxSim");
      assertThatThrownBy(() -> reranker.score(pair, USUAL.withInstruction("find")))
          .hasMessageStartingWith("The model takes no instruction.");
    }
    assertThat(MaxSim.of(new float[][] {{1, 0}, {0, 2}}, new float[][] {{3, 1}, {-1, 0}}))
        .isEqualTo(5);
    assertThat(MaxSim.of(new float[][] {{1, 0}}, new float[0][])).isZero();
  }

  private static double[] unit(int id) {
    return TinyEngine.normalized(TinyEngine.mean(new int[] {id}));
  }

  @Test
  void modelsThatDoNotScoreAndModelsThatOnlyDoSaySo() {
    var backend = OnnxRuntimeBackend.load(cache);
    Pipeline embedding = TinyBundle.pipeline();
    var settings = EmbedSettings.defaults();
    assertThatThrownBy(() -> Reranker.open(tiny.files(embedding), backend, settings))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
        .hasMessage(
            """
            The model gives no scores of pairs of texts.
            It turns each text into a vector of its own.
            Embed query and documents and compare their vectors, or take a reranking model.\
            """);
    try (var reranker = open(score(ScoreActivation.IDENTITY, new Pairing.Template()))) {
      var embedder = new Embedder(reranker.engine());
      assertThatThrownBy(() -> embedder.embed("x", new Prompt.None()))
          .hasMessage(
              """
              The model gives no vectors.
              It gives scores of pairs of texts.
              Use it with `embark rerank`.\
              """);
    }
  }

  @Test
  void notANumberIsNeverAScoreAndTooManyPairsAreRefused() {
    var output = score(ScoreActivation.SIGMOID, new Pairing.Template());
    var settings = EmbedSettings.defaults().withLimits(1_000, 2);
    try (var engine = tiny.open(TinyBundle.giving(output), settings)) {
      var reranker = new Reranker(engine);
      var good = new TextPair("a", "b");
      assertThatThrownBy(() -> reranker.score(List.of(good, new TextPair("which", "b")), USUAL))
          .hasMessage(
              """
              The score of pair 2 has NaN at value 0.
              The model overflows on this text.
              Run `embark verify` on the bundle; a value like this must not reach an index.\
              """);
      assertThatThrownBy(() -> reranker.score(List.of(good, good, good), USUAL))
          .hasMessage(
              """
              There are 3 pairs, the limit is 2 a call.
              Score them in parts, or as a stream.\
              """);
    }
  }
}
