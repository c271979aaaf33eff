package dev.embark.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embark.backend.TinyModel;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.bundle.BundleWriter;
import dev.embark.bundle.Chain;
import dev.embark.bundle.Manifest;
import dev.embark.bundle.Pipeline;
import dev.embark.bundle.Step.PromptTokens;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.tokenize.Tokenizer;
import dev.embark.tokenize.Tokens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbedderTest {
  private static final Prompt NONE = new Prompt.None();
  private static final String LONG = "The orchestra tuned their instruments. ".repeat(40);

  @TempDir static Path cache;
  @TempDir Path folder;
  private BundleWriter writer;
  private ModelFiles files;

  @BeforeEach
  void writeModel() {
    writer = BundleWriter.create(folder.resolve("bundle"));
    files = TinyBundle.write(writer, TinyBundle.pipeline());
  }

  @AfterEach
  void removeModel() {
    writer.close();
  }

  private Embedder open(EmbedSettings settings) {
    return Embedder.open(files, OnnxRuntimeBackend.load(cache), settings);
  }

  private Embedder open() {
    return open(EmbedSettings.defaults());
  }

  private Embedder open(Pipeline pipeline) {
    files = new ModelFiles(files.folder(), files.model(), pipeline, files.chain());
    return open();
  }

  private Tokens encode(String text) {
    var tokens = new Tokens();
    Tokenizer.open(files.folder(), files.pipeline().reading().letters())
        .encode(text, TinyBundle.MAX_TOKENS, tokens);
    return tokens;
  }

  /// The vector of a text, the first `uncounted` tokens of which are not pooled.
  private double[] expected(String text, int uncounted) {
    Tokens tokens = encode(text);
    var vector = new double[TinyModel.HIDDEN];
    double squares = 0;
    for (int j = 0; j < vector.length; j++) {
      for (int token = uncounted; token < tokens.length(); token++) {
        vector[j] += TinyBundle.MODEL.value(tokens.id(token), tokens.typeId(token), j);
      }
      squares += vector[j] * vector[j];
    }
    for (int j = 0; j < vector.length; j++) {
      vector[j] /= Math.sqrt(squares);
    }
    return vector;
  }

  private static void isClose(Embedding actual, double[] expected) {
    for (int j = 0; j < expected.length; j++) {
      assertThat((double) actual.vector()[j]).isCloseTo(expected[j], within(1e-6));
    }
  }

  /// Texts of many lengths, in no order.
  private static List<String> texts(int count) {
    var random = new Random(11);
    String[] words = {"the", "orchestra", "tuned", "their", "instruments", "before", "concert"};
    var texts = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      var text = new StringBuilder();
      for (int word = random.nextInt(30); word >= 0; word--) {
        text.append(words[random.nextInt(words.length)]).append(' ');
      }
      texts.add(text.toString());
    }
    return texts;
  }

  @Test
  void vectorsComeInTheOrderOfTheTexts() {
    var texts = texts(300);
    try (var embedder = open()) {
      List<Embedding> embeddings = embedder.embed(texts, NONE);
      for (int i = 0; i < texts.size(); i++) {
        isClose(embeddings.get(i), expected(texts.get(i), 0));
      }
    }
  }

  @Test
  void vectorDoesNotDependOnBatchOrderOrThreads() {
    var texts = texts(100);
    var shuffled = new ArrayList<>(texts);
    Collections.shuffle(shuffled, new Random(3));
    try (var one = open(EmbedSettings.defaults().withCallers(1).withBatch(1, 1));
        var many = open(EmbedSettings.defaults().withCallers(4))) {
      List<Embedding> embeddings = many.embed(shuffled, NONE);
      for (int i = 0; i < texts.size(); i++) {
        float[] alone = one.embed(shuffled.get(i), NONE).vector();
        assertThat(embeddings.get(i).vector()).containsExactly(alone, within(1e-6f));
      }
    }
  }

  @Test
  void emptyTextHasAVectorAndNoTextsHaveNone() {
    try (var embedder = open()) {
      isClose(embedder.embed("", NONE), expected("", 0));
      assertThat(embedder.embed(List.of(), NONE)).isEmpty();
    }
  }

  @Test
  void longTextIsCutAndSaysSo() {
    try (var embedder = open()) {
      Embedding cut = embedder.embed(LONG, NONE);
      assertThat(cut.isTruncated()).isTrue();
      assertThat(cut.tokens()).isEqualTo(TinyBundle.MAX_TOKENS);
      assertThat(cut.untruncatedTokens()).isEqualTo(encode(LONG).untruncatedLength());
      isClose(cut, expected(LONG, 0));
      assertThat(embedder.embed("the concert", NONE).isTruncated()).isFalse();
    }
  }

  @Test
  void promptIsPutBeforeTheText() {
    try (var embedder = open()) {
      isClose(
          embedder.embed("the concert", new Prompt.Named("query")),
          expected("concert began: the concert", 0));
      isClose(embedder.embed("the concert", new Prompt.Default()), expected("the concert", 0));
    }
  }

  @Test
  void defaultPromptIsUsedUnlessNoneIsAskedFor() {
    try (var embedder = open(TinyBundle.pipeline(PromptTokens.COUNTED, "document"))) {
      isClose(
          embedder.embed("concert", new Prompt.Default()), expected("the orchestra concert", 0));
      isClose(embedder.embed("concert", NONE), expected("concert", 0));
    }
  }

  @Test
  void promptTokensAreLeftOutOfPoolingWhereThePipelineSaysSo() {
    try (var embedder = open(TinyBundle.pipeline(PromptTokens.LEFT_OUT, ""))) {
      // The prompt's own tokens but the separator at its end: as sentence-transformers counts.
      int uncounted = encode("concert began: ").length() - 1;
      isClose(
          embedder.embed("the concert", new Prompt.Named("query")),
          expected("concert began: the concert", uncounted));
      isClose(embedder.embed("the concert", NONE), expected("the concert", 0));
    }
  }

  @Test
  void unknownPromptIsAnsweredWithTheKnownOnes() {
    try (var embedder = open()) {
      assertThatThrownBy(() -> embedder.embed("x", new Prompt.Named("qeury")))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.WRONG_USAGE))
          .hasMessage(
              """
              The model has no prompt "qeury".
              Its prompts are [document, query].
              Name one of the model's prompts, or none.\
              """);
    }
  }

  @Test
  void notANumberIsNeverAVector() {
    try (var embedder = open(EmbedSettings.defaults().withWindow(2, 1_000))) {
      assertThatThrownBy(() -> embedder.embed(List.of("a", "b", "c", "the which"), NONE))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.VERIFICATION_FAILED))
          .hasMessageStartingWith("The vector of text 4 has NaN at value 0.");
    }
  }

  @Test
  void streamIsReadInWindows() {
    var read = new AtomicLong();
    var texts = texts(50);
    Iterator<String> counting = texts.stream().peek(_ -> read.incrementAndGet()).iterator();
    var progress = new AtomicLong();
    try (var embedder = open(EmbedSettings.defaults().withWindow(8, 1_000_000))) {
      var indices = new ArrayList<Long>();
      embedder.embed(
          counting,
          NONE,
          progress::addAndGet,
          (index, embedding) -> {
            assertThat(read.get()).isLessThanOrEqualTo(index + 9);
            isClose(embedding, expected(texts.get((int) index), 0));
            indices.add(index);
          });
      assertThat(indices).hasSize(50).isSorted();
      assertThat(progress).hasValue(50);
    }
  }

  @Test
  void tooLongTextsAndTooManyAreRefused() {
    try (var embedder = open(EmbedSettings.defaults().withLimits(20, 2))) {
      assertThatThrownBy(() -> embedder.embed(List.of("a", "b".repeat(21)), NONE))
          .hasMessage(
              """
              Text 2 has 21 characters, the limit is 20.
              The model reads 64 tokens of a text.
              Split the text into passages.\
              """);
      assertThatThrownBy(() -> embedder.embed(List.of("a", "b", "c"), NONE))
          .hasMessage(
              """
              There are 3 texts, the limit is 2 a call.
              Embed them in parts, or as a stream.\
              """);
    }
  }

  @Test
  void interruptStopsAStream() {
    Iterator<String> endless =
        IntStream.iterate(0, i -> i + 1).mapToObj(String::valueOf).iterator();
    try (var embedder = open(EmbedSettings.defaults().withWindow(4, 1_000))) {
      var task = Progress.SILENT.begin("", 0, Progress.Unit.TEXTS);
      assertThatThrownBy(() ->
              embedder.embed(
                  endless,
                  NONE,
                  task,
                  (index, _) -> {
                    if (index == 10) {
                      Thread.currentThread().interrupt();
                    }
                  }))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.category()).isEqualTo(Category.INTERRUPTED));
      assertThat(Thread.interrupted()).isTrue();
      isClose(embedder.embed("again", NONE), expected("again", 0));
    }
  }

  @Test
  void manyThreadsMayAskAtOnce() throws Exception {
    var texts = texts(40);
    try (var embedder = open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Embedding> alone = embedder.embed(texts, NONE);
      var tasks = new ArrayList<Callable<List<Embedding>>>();
      for (int i = 0; i < 16; i++) {
        tasks.add(() -> embedder.embed(texts, NONE));
      }
      for (Future<List<Embedding>> together : threads.invokeAll(tasks)) {
        for (int i = 0; i < texts.size(); i++) {
          assertThat(together.get().get(i).vector()).isEqualTo(alone.get(i).vector());
        }
      }
    }
  }

  @Test
  void closedEmbedderSaysSo() {
    var embedder = open();
    embedder.close();
    assertThatThrownBy(() -> embedder.embed("x", NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder is closed");
  }

  @Test
  void tokenizerOfAnotherModelIsRefused() {
    var model = new Manifest.Model("Tiny", "TinyModel", 1, 1, 4, 700);
    files = new ModelFiles(files.folder(), model, files.pipeline(), files.chain());
    assertThatThrownBy(this::open)
        .hasMessage(
            """
            The tokenizer has token id 759, the model has 700 token embeddings.
            They belong to different models.
            Take all files from the same revision and convert the model again.\
            """);
  }

  @Test
  void chainForAnotherRuntimeIsRefused() {
    var chain = Chain.ofOneFile("npu", "rknn", "model.rknn");
    files = new ModelFiles(files.folder(), files.model(), files.pipeline(), chain);
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> assertThat(problem.category()).isEqualTo(Category.UNSUPPORTED))
        .hasMessageStartingWith("The chain \"npu\" has a stage for rknn, not for onnxruntime.");
  }
}
