package dev.embark.testing;

import dev.embark.format.json.Json;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A tiny checkpoint under `testdata/checkpoint` with the answers of the reference implementation
/// (`golden.json`; `testdata/README.md` says how they were made).
public record Fixture(String name, Path folder, ObjectNode golden) {
  /// Opens the checkpoint of that name.
  public static Fixture of(String name) {
    var folder = testdata().resolve("checkpoint").resolve(name);
    return new Fixture(name, folder, Json.readObject(folder.resolve("golden.json")));
  }

  /// Returns the folder `testdata` of the project.
  public static Path testdata() {
    var testdata = System.getProperty("embark.testdata");
    if (testdata == null) {
      throw new IllegalStateException("run tests through Maven: embark.testdata is not set");
    }
    return Path.of(testdata);
  }

  /// What the original answers to texts under one prompt.
  public static final class Answers {
    private final String prompt;
    private final List<String> texts;
    private final long[][] ids;
    private final float[][] embeddings;

    private Answers(String prompt, List<String> texts, long[][] ids, float[][] embeddings) {
      this.prompt = prompt;
      this.texts = List.copyOf(texts);
      this.ids = ids;
      this.embeddings = embeddings;
    }

    /// Returns the name of the prompt, empty where there is none.
    public String prompt() {
      return prompt;
    }

    public List<String> texts() {
      return texts;
    }

    /// Returns the token ids of each text, special tokens included.
    public long[][] ids() {
      return ids;
    }

    /// Returns the vector of each text.
    public float[][] embeddings() {
      return embeddings;
    }
  }

  /// Returns the answers without a prompt.
  public Answers answers() {
    return answers("", golden);
  }

  /// Returns the answers with each of the stored prompts.
  public List<Answers> prompted() {
    return golden
        .path("prompted")
        .valueStream()
        .map(node -> answers(node.path("prompt_name").asString(), node))
        .toList();
  }

  private Answers answers(String prompt, JsonNode node) {
    var texts = node.has("texts") ? node.path("texts") : golden.path("texts");
    return new Answers(
        prompt,
        texts.valueStream().map(JsonNode::asString).toList(),
        node.path("input_ids").valueStream().map(Fixture::longs).toArray(long[][]::new),
        floats(node.path("embeddings")));
  }

  /// Returns the first four values of each token's last hidden state of text `index`: `[tokens,
  /// 4]`.
  public float[][] hiddenFirst4(int index) {
    return floats(golden.path("hidden_first4").path(Integer.toString(index)));
  }

  private static long[] longs(JsonNode row) {
    return row.valueStream().mapToLong(JsonNode::asLong).toArray();
  }

  private static float[][] floats(JsonNode rows) {
    return rows.valueStream()
        .map(row -> {
          var values = new float[row.size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) row.get(i).asDouble();
          }
          return values;
        })
        .toArray(float[][]::new);
  }

  @Override
  public String toString() {
    return name;
  }
}
