package dev.embark.bundle;

import java.util.List;

/// One sentence-transformers module after the transformer, in the order of `modules.json`.
public sealed interface Step {
  /// Token vectors to one vector: several modes are concatenated in the order given.
  record Pool(List<Pooling> modes, PromptTokens promptTokens) implements Step {
    public Pool {
      modes = List.copyOf(modes);
    }
  }

  /// Whether pooling counts the tokens of the prompt (`include_prompt`).
  enum PromptTokens {
    COUNTED,
    LEFT_OUT
  }

  /// A linear layer on the pooled vector, or on each token's; `path` is its folder in the
  /// checkpoint, where `linear.weight` `[outFeatures, inFeatures]` lies.
  record Dense(String path, int inFeatures, int outFeatures, BiasUse bias, String activation)
      implements Step {}

  /// Whether a linear layer adds `linear.bias`.
  enum BiasUse {
    BIAS,
    NO_BIAS
  }

  /// `x / max(‖x‖₂, 1e-12)`.
  record Normalize() implements Step {}

  /// A layer norm (`LayerNorm`, epsilon 1e-5) of `width` values; `path` is its folder in the
  /// checkpoint, where `norm.weight` and `norm.bias` lie.
  record LayerNorm(String path, int width) implements Step {}

  /// The first `dimension` values: `truncate_dim`, as Matryoshka models allow
  /// (<https://arxiv.org/abs/2205.13147>).
  record Truncate(int dimension) implements Step {}
}
