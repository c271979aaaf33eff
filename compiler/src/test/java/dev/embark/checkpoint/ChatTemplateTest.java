package dev.embark.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.checkpoint.RerankTemplate.Frame;
import dev.embark.checkpoint.RerankTemplate.Instruction;
import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {
  private static final Path RESOURCES = Path.of("src/test/resources/template");
  private static final String SYSTEM =
      """
      <|im_start|>system
      Judge whether the Document meets the requirements based on the Query and the Instruct \
      provided. Note that the answer can only be "yes" or "no".<|im_end|>
      <|im_start|>user
      """;
  private static final String TASK =
      "Given a web search query, retrieve relevant passages that answer the query";

  /// Both roles, in as few words as possible.
  private static final String PLAIN =
      "Q {{ messages | selectattr('role', 'eq', 'query') | map(attribute='content') | first }}"
          + " D {{ messages | selectattr('role', 'eq', 'document') | map(attribute='content')"
          + " | first }}.";

  @TempDir Path root;

  @Test
  void rerankerHasConstantPieces() {
    var template = ChatTemplate.read(RESOURCES.resolve("reranker")).rerank();

    assertThat(template.plain())
        .isEqualTo(
            new Frame(
                SYSTEM + "<Instruct>: " + TASK + "\n<Query>: ",
                "\n<Document>: ",
                "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"));
    assertThat(template.defaultInstruction()).hasValue(TASK);
    assertThat(template.instructed(TASK)).isEqualTo(template.plain());
    assertThat(template.instructed("Find cats").prefix())
        .isEqualTo(SYSTEM + "<Instruct>: Find cats\n<Query>: ");
    assertThat(template.plain().around("a", "b")).contains("<Query>: a\n<Document>: b<|im_end|>");
  }

  @Test
  void templateOfConversationsIsRefused() throws IOException {
    assertThat(refused(Files.readString(RESOURCES.resolve("chat.jinja"))))
        .isEqualTo(
            """
            UNSUPPORTED: MODEL/chat_template.jinja drops the messages of the query and the document.
            A reranker hands over its texts as messages with the roles query and document; this \
            template is written for other roles.
            Take a revision whose chat_template.jinja renders both roles.\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {{ messages[0].content }} | drops the messages of the document
          {{ messages[1].content }} | drops the messages of the query
          {{ messages[1].content }}{{ messages[0].content }} | puts the document before the query
          {{ messages[0].content * 2 }} | has "*" between a text and an integer
          {{ messages[0].content }}{{ messages[0].content }} | prints the query more than once
          {{ messages[0].content.strip() }} | strips a text it is given
          {% if messages[0].content %}{% endif %} | asks for the emptiness of a text it is given
          {{ messages[0].content[:100] }} | takes characters of a text it is given
          {{ messages[0].content == messages[1].content }} | compares a text it is given
          {{ raise_exception('only user') }} | refuses the messages: only user
          """)
  void whatIsNoConcatenationIsRefused(String template, String how) throws IOException {
    assertThat(refused(template))
        .startsWith("UNSUPPORTED: MODEL/chat_template.jinja " + how + ".\n");
  }

  @Test
  void templateWithoutInstructionIgnoresIt() throws IOException {
    var template = rerank(PLAIN);

    assertThat(template.plain()).isEqualTo(new Frame("Q ", " D ", "."));
    assertThat(template.instruction()).isEqualTo(new Instruction.Ignored());
    assertThat(template.instructed("Find cats")).isEqualTo(template.plain());
    assertThat(template.defaultInstruction()).isEmpty();
  }

  @Test
  void rolesThatArePassedOnAreRolesToo() throws IOException {
    var template =
        rerank("{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>\n{% endfor %}");

    assertThat(template.plain())
        .isEqualTo(new Frame("<query>", "</query>\n<document>", "</document>\n"));
    assertThat(template.instructed("a").prefix()).isEqualTo("<system>a</system>\n<query>");
    assertThat(template.defaultInstruction()).isEmpty();
  }

  @Test
  void instructionMayBeRefused() throws IOException {
    var template =
        rerank(
            "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}" + PLAIN);

    assertThat(template.plain()).isEqualTo(new Frame("Q ", " D ", "."));
    assertThat(catchThrowableOfType(Problem.class, () -> template.instructed("a")))
        .hasMessageContaining("refuses the messages: no.");
  }

  @Test
  void instructionMayStandAnywhereAndChangeTheRest() throws IOException {
    var template =
        rerank(
            PLAIN + "{% if messages[0].role == 'system' %} I {{ messages[0].content }}{% endif %}");

    assertThat(template.instructed("a")).isEqualTo(new Frame("Q ", " D ", ". I a"));
    assertThat(template.defaultInstruction()).isEmpty();
  }

  @Test
  void contentIsGivenInPartsWhereTheTemplateReadsParts() throws IOException {
    var parts = "{{ messages[0].content[0].text }}-{{ messages[1]['content'][0]['text'] }}";

    assertThat(rerank(parts).plain()).isEqualTo(new Frame("", "-", ""));
    settings("{\"modality_config\": {\"message\": {\"format\": \"structured\"}}}");
    assertThat(rerank(parts).plain()).isEqualTo(new Frame("", "-", ""));
    settings("{\"modality_config\": {\"message\": {\"format\": \"flat\"}}}");
    assertThat(refused(parts)).contains("takes characters of a text it is given.");
    settings("{\"modality_config\": {\"message\": {\"format\": \"round\"}}}");
    assertThat(refused(parts))
        .isEqualTo(
            "UNSUPPORTED: MODEL/sentence_bert_config.json has the message format \"round\".\n"
                + "Embark knows flat and structured.");
  }

  @Test
  void variablesAreThoseOfTheReference() throws IOException {
    Files.writeString(
        root.resolve("tokenizer_config.json"),
        """
        {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "pad_token": null}
        """);
    settings(
        """
        {"processing_kwargs": {"chat_template": {
          "add_generation_prompt": true, "n": 3, "word": "w", "restore_suffix": false}}}
        """);

    var template =
        rerank(
            "{{ bos_token }}{{ pad_token }}{{ n }}{{ word }}{{ restore_suffix is defined }}"
                + PLAIN
                + "{% if add_generation_prompt %}{{ eos_token }}{% endif %}{{ tools is none }}");

    assertThat(template.plain()).isEqualTo(new Frame("<s>3wFalseQ ", " D ", ".</s>True"));
    settings("{\"processing_kwargs\": {\"chat_template\": {\"x\": [1]}}}");
    assertThat(refused(PLAIN))
        .isEqualTo(
            "UNSUPPORTED: MODEL/sentence_bert_config.json hands x = [1] to the chat template.\n"
                + "Embark hands over texts, integers, true, false and null.");
  }

  @Test
  void templateMayStandInTheSettingsOfTheTokenizer() throws IOException {
    var text = PLAIN.replace("Q ", "R ");
    Files.writeString(
        root.resolve("tokenizer_config.json"), "{\"chat_template\": \"" + text + "\"}");
    assertThat(ChatTemplate.read(root).rerank().plain().prefix()).isEqualTo("R ");

    Files.writeString(
        root.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"x\"}, {\"name\":"
            + " \"default\", \"template\": \""
            + text
            + "\"}]}");
    assertThat(ChatTemplate.read(root).rerank().plain().prefix()).isEqualTo("R ");

    assertThat(rerank(PLAIN).plain().prefix()).isEqualTo("Q ");
  }

  @Test
  void modelWithoutTemplateIsRefused() {
    var problem = catchThrowableOfType(Problem.class, () -> ChatTemplate.read(root));

    assertThat(problem)
        .hasMessage(
            root
                + " has no chat template.\nLooked for chat_template.jinja and for chat_template in"
                + " tokenizer_config.json.\nFetch the complete model.");
  }

  private RerankTemplate rerank(String template) throws IOException {
    Files.writeString(root.resolve("chat_template.jinja"), template);
    return ChatTemplate.read(root).rerank();
  }

  private String refused(String template) {
    var problem = catchThrowableOfType(Problem.class, () -> rerank(template));
    return problem.category()
        + ": "
        + requireNonNull(problem.getMessage()).replace(root.toString(), "MODEL");
  }

  private void settings(String json) throws IOException {
    Files.writeString(root.resolve("sentence_bert_config.json"), json);
  }
}
