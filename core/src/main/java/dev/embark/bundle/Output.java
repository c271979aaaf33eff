package dev.embark.bundle;

import java.util.List;

/// One kind of result that a model gives for an input; most models have one, bge-m3 has three.
public sealed interface Output {
  /// Returns the name of the value in the model's file.
  String port();

  /// One vector a text.
  ///
  /// @param steps modules after the transformer, in order
  /// @param similarity name of the similarity function (`cosine`, `dot`, …)
  /// @param dimension length of the resulting vector
  record Embedding(List<Step> steps, String similarity, int dimension) implements Output {
    public Embedding {
      steps = List.copyOf(steps);
    }

    @Override
    public String port() {
      return "sentence_embedding";
    }

    /// Returns whether resulting vectors have length 1.
    public boolean isNormalized() {
      return !steps.isEmpty() && steps.getLast() instanceof Step.Normalize;
    }
  }

  /// A weight for each entry of the vocabulary, most of them 0 (SPLADE,
  /// <https://arxiv.org/abs/2109.10086>): `[batch, dimension]`.
  ///
  /// @param strategy how the scores of the tokens become one
  /// @param saturation what is done to each score
  /// @param dimension size of the vocabulary
  record Sparse(SparseStrategy strategy, Saturation saturation, int dimension) implements Output {
    @Override
    public String port() {
      return "sparse_embedding";
    }
  }

  /// A weight for each token of the text (bge-m3, <https://arxiv.org/abs/2402.03216>): `[batch,
  /// sequence, 1]`; the weight of an id is the largest of its tokens.
  ///
  /// @param path folder of the linear layer in the checkpoint
  /// @param skippedIds ids that have no weight
  record Lexical(String path, List<Integer> skippedIds) implements Output {
    public Lexical {
      skippedIds = List.copyOf(skippedIds);
    }

    @Override
    public String port() {
      return "token_weights";
    }
  }

  /// A vector for each token (ColBERT, <https://arxiv.org/abs/2004.12832>): `[batch, sequence,
  /// dimension]`.
  ///
  /// @param steps modules on each token's vector, in order
  /// @param dimension length of a token's vector
  /// @param leading vectors at the beginning that are left out
  /// @param query how queries are read, which `rerank` and a role ask for
  /// @param document how documents, and texts without a role, are read
  record MultiVector(
      List<Step> steps, int dimension, int leading, TokenRole query, TokenRole document)
      implements Output {
    public MultiVector {
      steps = List.copyOf(steps);
    }

    @Override
    public String port() {
      return "token_embeddings";
    }
  }

  /// How texts in one role become vectors for each token.
  ///
  /// @param maxTokens longest sequence in this role, special tokens included
  /// @param expansion whether shorter texts are filled up to `maxTokens`
  /// @param expansionId the token they are filled up with
  /// @param skippedIds tokens whose vectors are left out, such as punctuation
  record TokenRole(int maxTokens, Expansion expansion, int expansionId, List<Integer> skippedIds) {
    public TokenRole {
      skippedIds = List.copyOf(skippedIds);
    }

    /// Returns the role in which nothing is added and nothing is left out.
    public static TokenRole plain(int maxTokens) {
      return new TokenRole(maxTokens, Expansion.NONE, 0, List.of());
    }
  }

  /// Whether a short text is filled up.
  enum Expansion {
    NONE,
    /// The text's own tokens do not see those that are added.
    UNATTENDED,
    ATTENDED
  }

  /// Scores of a pair of texts, `[batch, labels]`: one number for a reranker, one a class for
  /// others.
  ///
  /// @param labels names of the scores
  /// @param activation what makes scores of what the model gives
  /// @param pairing how two texts become one input
  /// @param head what computes the scores
  record Score(List<String> labels, ScoreActivation activation, Pairing pairing, ScoreHead head)
      implements Output {
    public Score {
      labels = List.copyOf(labels);
    }

    @Override
    public String port() {
      return "logits";
    }
  }

  /// What makes scores of what the model gives.
  enum ScoreActivation {
    IDENTITY("Identity"),
    SIGMOID("Sigmoid");

    private final String key;

    ScoreActivation(String key) {
      this.key = key;
    }

    /// Returns the name of torch's class.
    public String key() {
      return key;
    }
  }

  /// What computes scores.
  sealed interface ScoreHead {
    /// The classifier of the architecture.
    record Classifier() implements ScoreHead {}

    /// A language model's preference for one token over another as the next one: `logit[trueId] −
    /// logit[falseId]`.
    record Preference(int trueId, int falseId) implements ScoreHead {}
  }

  /// How two texts become one input.
  sealed interface Pairing {
    /// The tokenizer's own template for pairs; the longer text is cut first.
    record Template() implements Pairing {}

    /// A text around both. Only `body` is cut where it is too long; the three parts are tokenized
    /// on their own, without special tokens.
    ///
    /// @param prefix before the body
    /// @param body text with `{query}`, `{document}` and perhaps `{instruction}` in it
    /// @param suffix behind the body
    /// @param instruction what stands for `{instruction}` where the caller says nothing else
    record Prompted(String prefix, String body, String suffix, String instruction)
        implements Pairing {}
  }

  /// How the scores of tokens become one.
  enum SparseStrategy {
    MAX("max"),
    SUM("sum");

    private final String key;

    SparseStrategy(String key) {
      this.key = key;
    }

    /// Returns the spelling of `pooling_strategy`.
    public String key() {
      return key;
    }
  }

  /// What is done to each score of a sparse model.
  enum Saturation {
    /// `ln(1 + max(x, 0))`.
    ONCE("relu"),
    /// `ln(1 + ln(1 + max(x, 0)))`.
    TWICE("log1p_relu");

    private final String key;

    Saturation(String key) {
      this.key = key;
    }

    /// Returns the spelling of `activation_function`.
    public String key() {
      return key;
    }
  }
}
