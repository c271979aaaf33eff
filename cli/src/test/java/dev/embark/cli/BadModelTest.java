package dev.embark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is refused as a model, with which words, and that nothing is left of it.
final class BadModelTest {
  private static final String FORMS =
      "Name a model as a folder, an ONNX file, owner/name[@revision] or"
          + " maven:group:artifact:version.\n";

  private static final Path ATTACK =
      Path.of("../core/src/test/resources/format/torch/reference/attack-zip.bin");

  @TempDir Path temporary;
  private Scene scene;

  @BeforeEach
  void copyModel() {
    scene = new Scene(temporary).model("bert-mean");
  }

  private void refused(int exitCode, String message) {
    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err()).isEqualTo(message);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aFolderThatIsNotThere() {
    var run = scene.run("convert", "DIR/mdoel", "-o", "DIR/bundle");

    assertThat(run.err()).isEqualTo("embark: There is no file or folder DIR/mdoel.\n" + FORMS);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aWordThatIsNoModel() {
    var run = scene.run("convert", "minilm", "-o", "DIR/bundle");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: There is no file or folder "minilm", and it is not the name of a hub repository.
            Expected owner/name of letters, digits, '.', '_' and '-', at most 96 each.
            """
                + FORMS);
    assertThat(run.exitCode()).isEqualTo(3);
  }

  @Test
  void aModelThatIsNotInTheCacheWhileOffline() {
    var run = scene.with("HF_HUB_OFFLINE", "1").run("convert", "owner/name", "-o", "DIR/bundle");

    assertThat(run.err())
        .isEqualTo(
            """
            embark: The cache holds nothing of owner/name (DIR/home/.cache/huggingface/hub/models--owner--name).
            HF_HUB_OFFLINE is set, so nothing is fetched.
            Fetch it once with a connection to the hub, or copy the cache folder of a machine that has it.
            """);
    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aHubThatDoesNotAnswer() {
    // Port 9 is for discarding; nothing listens there.
    var run =
        scene
            .with("HF_ENDPOINT", "http://127.0.0.1:9")
            .run("convert", "owner/name", "-o", "DIR/bundle");

    assertThat(run.err())
        .contains("http://127.0.0.1:9 cannot be reached: The connection was refused.");
    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aFolderWithoutConfig() {
    scene.delete("model/config.json");

    refused(
        3,
        """
        embark: DIR/model has no config.json.
        Without it the architecture is not known.
        Name the folder of a complete checkpoint, or give the file with --config.
        """);
  }

  @Test
  void anUnknownArchitecture() {
    scene.edit("model/config.json", "BertModel", "BirdModel");

    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err())
        .startsWith("embark: config.json: architecture \"BirdModel\" is not supported.\n")
        .contains("Nearest names: BertModel", "embark models");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void anUnknownArchitectureThatSpellsItsWidthInOtherWords() {
    scene.edit("model/config.json", "BertModel", "WhisperModel");
    scene.edit("model/config.json", "hidden_size", "d_model");

    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err()).contains("architecture \"WhisperModel\" is not supported.");
    assertThat(run.exitCode()).isEqualTo(4);
  }

  @Test
  void aFieldThatMayChangeTheResult() {
    scene.edit("model/config.json", "\"use_cache\"", "\"sliding_window\"");

    refused(
        4,
        """
        embark: config.json: unknown fields sliding_window.
        Bert does not know what they change, and a guess could give wrong vectors.
        If you are sure that they change nothing, remove them from a copy of config.json.
        """);
  }

  @Test
  void anUnknownModule() {
    scene.edit("model/modules.json", "normalize.Normalize", "lstm.LSTM");

    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err()).contains("module \"", "lstm.LSTM\" is not supported.");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void everyTensorThatDoesNotFitIsNamed() {
    scene.edit(
        "model/model.safetensors",
        "\"encoder.layer.0.output.dense.bias\"",
        "\"encoder.layer.0.output.dense.size\"");
    scene.edit(
        "model/model.safetensors",
        "\"encoder.layer.1.output.dense.bias\"",
        "\"encoder.layer.7.output.dense.bias\"");
    scene.edit("model/model.safetensors", "[56,32]", "[32,56]");

    refused(
        3,
        """
        embark: model.safetensors does not fit its architecture:
          2 missing:
            "encoder.layer.0.output.dense.bias" [32]
            "encoder.layer.1.output.dense.bias" [32]
          2 misshapen:
            "encoder.layer.0.intermediate.dense.weight" has shape [32, 56], expected [56, 32]
            "encoder.layer.1.intermediate.dense.weight" has shape [32, 56], expected [56, 32]
          2 not used by this architecture:
            encoder.layer.0.output.dense.size
            encoder.layer.7.output.dense.bias
        The shapes follow from config.json.
        Take config.json and the weights from the same revision of the same model.
        """);
  }

  @Test
  void aGitLfsPointer() {
    scene.write(
        "model/model.safetensors",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 90868376\n");

    refused(
        3,
        """
        embark: DIR/model/model.safetensors is a Git LFS pointer of 71 bytes, not the file itself.
        The repository was cloned without Git LFS.
        Run `git lfs pull` in the clone, or let Embark fetch the model from the hub.
        """);
  }

  @Test
  void aTruncatedFile() {
    scene.write(
        "model/model.safetensors", Arrays.copyOf(scene.bytes("model/model.safetensors"), 100_000));

    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err())
        .startsWith("embark: DIR/model/model.safetensors is damaged: tensor \"")
        .endsWith("The file is truncated.\nFetch or export the file again.\n");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aModelWithoutWeights() {
    scene.delete("model/model.safetensors");

    refused(
        3,
        """
        embark: The model has no weights.
        Looked for model.safetensors and pytorch_model.bin, whole or in shards, onnx/model.onnx and model.onnx.
        Fetch the complete model.
        """);
  }

  @Test
  void aPickleThatIsNone() {
    scene.delete("model/model.safetensors").write("model/pytorch_model.bin", "no pickle");

    refused(
        3,
        """
        embark: DIR/model/pytorch_model.bin is no PyTorch file: it starts neither as a zip file nor with PyTorch's magic number.
        Fetch the file again, or save the model again.
        """);
  }

  @Test
  void aPickleWithCode() throws IOException {
    scene
        .delete("model/model.safetensors")
        .write("model/pytorch_model.bin", Files.readAllBytes(ATTACK));

    refused(
        4,
        """
        embark: DIR/model/pytorch_model.bin names the global posix.system, which is no part of a tensor.
        A pickle is a program; Embark builds the tensors in it and runs nothing else.
        Do not load this file elsewhere unless you trust its author. Take a revision with model.safetensors, or save the tensors alone: torch.save(model.state_dict(), file).
        """);
  }

  @Test
  void aTokenizerThatDoesNotFitTheEmbeddingTable() {
    scene.edit("model/tokenizer.json", "\"which\":759", "\"which\":9001");

    var run = scene.run("convert", "DIR/model", "-o", "DIR/bundle");
    assertThat(run.err()).contains("has token id 9001, the model has 764 token embeddings.");
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("model");
  }

  @Test
  void aModelWithoutTokenizer() {
    scene.delete("model/tokenizer.json");

    refused(
        3,
        """
        embark: DIR/model has no tokenizer.
        Looked for tokenizer.json, vocab.txt, vocab.json and SentencePiece models.
        Fetch the complete model.
        """);
  }

  @Test
  void anOnnxFileOfWhichNobodySaysHowItIsPooled() {
    scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--skip-verification");
    scene.write("bare/model.onnx", scene.bytes("bundle/onnx/model.onnx"));
    scene.write("bare/config.json", scene.bytes("model/config.json"));

    var run = scene.run("convert", "DIR/bare/model.onnx", "-o", "DIR/second");
    assertThat(run.err())
        .isEqualTo(
            """
            embark: Nothing says how the token vectors of DIR/bare/model.onnx become one vector.
            The file is none of those that Embark knows by their digest, there is no modules.json beside it, and a guess could give wrong vectors.
            Say it: --pooling mean|cls|max|… , --normalize if vectors have length 1, and --max-length N.
            """);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(scene.top()).containsExactly("bare", "bundle", "model");
  }

  @Test
  void referenceVectorsOfAnotherModelFailTheVerification() {
    var vector = "0.5,".repeat(31) + "0.5";
    scene.write("other.jsonl", "{\"text\": \"hello\", \"embedding\": [" + vector + "]}\n");

    var run =
        scene.run("convert", "DIR/model", "-o", "DIR/bundle", "--reference", "DIR/other.jsonl");
    assertThat(run.err()).startsWith("embark: FAIL: ").contains("\"hello\"", "other.jsonl");
    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(scene.top()).containsExactly("model", "other.jsonl");
  }
}
