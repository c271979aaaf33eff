package dev.embark.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class FileChoiceTest {
  @Test
  void configurationIsThatOfTheFolderOnly() {
    var files =
        Set.of(
            "config.json",
            "sentence_xlm-roberta_config.json",
            "train_results.json",
            "vocab.txt",
            "0_Transformer/config.json",
            "0_Transformer/tokenizer.json");

    assertThat(FileChoice.configuration(files, ""))
        .containsExactly("config.json", "sentence_xlm-roberta_config.json", "vocab.txt");
    assertThat(FileChoice.configuration(files, "0_Transformer"))
        .containsExactly("0_Transformer/config.json", "0_Transformer/tokenizer.json");
  }

  @Test
  void safetensorsComeBeforePickles() {
    assertThat(FileChoice.weights(Set.of("model.safetensors.index.json", "pytorch_model.bin"), ""))
        .containsExactly("model.safetensors.index.json");
    assertThat(FileChoice.weights(Set.of("pytorch_model.bin", "tf_model.h5"), ""))
        .containsExactly("pytorch_model.bin");
    assertThat(FileChoice.weights(Set.of("2_Dense/pytorch_model.bin"), "2_Dense"))
        .containsExactly("2_Dense/pytorch_model.bin");
  }

  @Test
  void headsThatExistAsPicklesOnlyComeWithTheWeights() {
    assertThat(
            FileChoice.weights(
                Set.of("pytorch_model.bin", "colbert_linear.pt", "sparse_linear.pt"), ""))
        .hasSize(3);
  }

  @Test
  void onnxMeansFullPrecisionWithItsData() {
    assertThat(
            FileChoice.onnx(
                Set.of(
                    "onnx/model.onnx",
                    "onnx/model.onnx_data",
                    "onnx/model.onnx_data_1",
                    "onnx/model_quantized.onnx",
                    "onnx/model_fp16.onnx",
                    "model.onnx")))
        .containsExactly("onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1");
    assertThat(FileChoice.onnx(Set.of("onnx/model_quantized.onnx", "onnx/model_int8.onnx")))
        .isEmpty();
  }
}
