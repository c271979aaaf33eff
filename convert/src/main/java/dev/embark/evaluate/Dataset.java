package dev.embark.evaluate;

import java.util.List;
import java.util.Map;

/// What a model is tried on.
public sealed interface Dataset {
  /// Returns its size for people, such as `1,500 pairs`.
  String size();

  /// Pairs of texts that people have rated.
  record Pairs(List<Rated> pairs) implements Dataset {
    public Pairs {
      pairs = List.copyOf(pairs);
    }

    @Override
    public String size() {
      return Texts.count(pairs.size(), "pairs");
    }
  }

  /// How alike two texts are, on any scale.
  record Rated(String left, String right, double score) {}

  /// Queries, documents to be found among, and which of them are.
  ///
  /// @param relevant for each query, the gain of documents by their index; above 0
  /// @param leftOut queries without a judgement, which no measure can rate
  record Search(
      List<String> queries,
      List<String> documents,
      List<Map<Integer, Double>> relevant,
      int leftOut)
      implements Dataset {
    public Search {
      queries = List.copyOf(queries);
      documents = List.copyOf(documents);
      relevant = List.copyOf(relevant);
    }

    @Override
    public String size() {
      return Texts.count(queries.size(), "queries")
          + ", "
          + Texts.count(documents.size(), "documents")
          + Texts.leftOut(leftOut);
    }
  }

  /// Questions, each with candidates of its own.
  ///
  /// @param leftOut questions none of whose candidates is an answer, which no order could serve
  record Candidates(List<Question> questions, int leftOut) implements Dataset {
    public Candidates {
      questions = List.copyOf(questions);
    }

    @Override
    public String size() {
      long documents = questions.stream().mapToLong(question -> question.documents().size()).sum();
      return Texts.count(questions.size(), "questions")
          + ", "
          + Texts.count(documents, "candidates")
          + Texts.leftOut(leftOut);
    }
  }

  /// A question with its candidates.
  ///
  /// @param isAnswer for each document, whether it answers
  record Question(String query, List<String> documents, List<Boolean> isAnswer) {
    public Question {
      documents = List.copyOf(documents);
      isAnswer = List.copyOf(isAnswer);
    }
  }

  /// Texts among which neighbours are looked for, each once.
  record Crowd(List<String> texts) implements Dataset {
    public Crowd {
      texts = List.copyOf(texts);
    }

    @Override
    public String size() {
      return Texts.count(texts.size(), "distinct texts");
    }
  }
}
