package dev.embark.evaluate;

import dev.embark.evaluate.Dataset.Search;
import dev.embark.format.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Collections with queries and judgements, in the forms in which they are published.
final class TestCollections {
  private static final Pattern DOCUMENT = element("doc");
  private static final Pattern TOPIC = element("top");
  private static final Pattern DOCUMENT_NUMBER = element("docno");
  private static final Pattern TITLE = element("title");
  private static final Pattern TEXT = element("text");

  private TestCollections() {}

  private static Pattern element(String name) {
    return Pattern.compile(
        "<" + name + ">(.*?)</" + name + ">", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  }

  /// Reads what a query finds: `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`, or another
  /// part where there is no test (<https://github.com/beir-cellar/beir>).
  static Search beir(Path folder) {
    var documents = new LinkedHashMap<String, String>();
    for (var line : JsonLines.read(folder.resolve("corpus.jsonl"))) {
      var text = line.path("title").asString("") + " " + line.path("text").asString("");
      documents.put(JsonLines.text(line, "_id", folder), text.strip());
    }
    var queries = new LinkedHashMap<String, String>();
    for (var line : JsonLines.read(folder.resolve("queries.jsonl"))) {
      queries.put(JsonLines.text(line, "_id", folder), JsonLines.text(line, "text", folder));
    }
    var judgements = new ArrayList<Judgement>();
    for (var row : Rows.read(qrels(folder), 3)) {
      if (!row.get(0).equals("query-id")) {
        judgements.add(new Judgement(row.get(0), row.get(1), gain(row.get(2), folder)));
      }
    }
    return search(queries, documents, judgements);
  }

  private static Path qrels(Path folder) {
    for (var part : List.of("test", "dev", "train")) {
      var file = folder.resolve("qrels").resolve(part + ".tsv");
      if (Files.exists(file)) {
        return file;
      }
    }
    throw Rows.wrong(folder + " has no qrels/test.tsv.", "Nothing says which documents are right.");
  }

  /// Reads a test collection of TREC: a file of `<doc>`, one of `<top>`, and judgements, `query 0
  /// document gain` a line.
  ///
  /// Where the numbers of the topics are not those of the judgements, as in Cranfield, topics are
  /// taken in their order.
  static Search trec(Path folder) {
    var documents = new LinkedHashMap<String, String>();
    var topics = new ArrayList<String>();
    var judgements = new ArrayList<Judgement>();
    for (var file : files(folder)) {
      var content = read(file);
      matches(DOCUMENT, content)
          .forEach(document ->
              documents.put(
                  first(DOCUMENT_NUMBER, document),
                  first(TEXT, document).isEmpty()
                      ? first(TITLE, document)
                      : first(TEXT, document)));
      matches(TOPIC, content).forEach(topic -> topics.add(first(TITLE, topic)));
      if (!content.contains("<")) {
        judgements.addAll(judgements(content, folder));
      }
    }
    if (documents.isEmpty() || topics.isEmpty() || judgements.isEmpty()) {
      throw Rows.wrong(
          folder + " is no collection that could be searched.",
          "It has "
              + documents.size()
              + " documents, "
              + topics.size()
              + " topics and "
              + judgements.size()
              + " judgements.");
    }
    var queries = new LinkedHashMap<String, String>();
    for (int i = 0; i < topics.size(); i++) {
      queries.put(Integer.toString(i + 1), topics.get(i));
    }
    return search(queries, documents, judgements);
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw Datasets.unreadable(folder, e);
    }
  }

  private static String read(Path file) {
    try {
      Datasets.requireSmall(file);
      return Files.readString(file);
    } catch (IOException e) {
      throw Datasets.unreadable(file, e);
    }
  }

  private static Stream<String> matches(Pattern element, String content) {
    return element.matcher(content).results().map(result -> result.group(1));
  }

  private static String first(Pattern element, String content) {
    return matches(element, content)
        .findFirst()
        .map(text -> text.strip().replaceAll("\\s+", " "))
        .orElse("");
  }

  private static List<Judgement> judgements(String content, Path folder) {
    var judgements = new ArrayList<Judgement>();
    content
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(fields -> fields.length >= 4)
        .forEach(
            fields -> judgements.add(new Judgement(fields[0], fields[2], gain(fields[3], folder))));
    return judgements;
  }

  /// Reads questions with the paragraphs that answer them (<https://arxiv.org/abs/1606.05250>):
  /// each question is to find its own paragraph among all.
  static Search squad(Path file) {
    var documents = new LinkedHashMap<String, String>();
    var queries = new LinkedHashMap<String, String>();
    var judgements = new ArrayList<Judgement>();
    for (var article : Json.read(file).path("data")) {
      for (var paragraph : article.path("paragraphs")) {
        var document = Integer.toString(documents.size());
        documents.put(document, JsonLines.text(paragraph, "context", file));
        for (var question : paragraph.path("qas")) {
          var query = Integer.toString(queries.size());
          queries.put(query, JsonLines.text(question, "question", file));
          judgements.add(new Judgement(query, document, 1));
        }
      }
    }
    if (queries.isEmpty()) {
      throw Rows.wrong(file + " has no questions.", "Questions with paragraphs are expected.");
    }
    return search(queries, documents, judgements);
  }

  private record Judgement(String query, String document, double gain) {}

  private static double gain(String text, Path where) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw Rows.wrong(where + " has a judgement \"" + text + "\".", "A number is expected.");
    }
  }

  private static Search search(
      Map<String, String> queries, Map<String, String> documents, List<Judgement> judgements) {
    var indices = new HashMap<String, Integer>();
    documents.keySet().forEach(document -> indices.put(document, indices.size()));
    var relevant = new HashMap<String, Map<Integer, Double>>();
    for (var judgement : judgements) {
      var index = indices.get(judgement.document());
      if (index != null && judgement.gain() > 0) {
        relevant
            .computeIfAbsent(judgement.query(), _ -> new HashMap<>())
            .put(index, judgement.gain());
      }
    }
    var asked = queries.keySet().stream().filter(relevant::containsKey).toList();
    if (asked.isEmpty()) {
      throw Rows.wrong(
          "No query has a relevant document.",
          queries.size() + " queries, " + judgements.size() + " judgements.");
    }
    return new Search(
        asked.stream().map(query -> queries.getOrDefault(query, "")).toList(),
        List.copyOf(documents.values()),
        asked.stream().map(query -> relevant.getOrDefault(query, Map.of())).toList(),
        queries.size() - asked.size());
  }

  /// Returns the lines of a file that are not blank.
  static List<String> lines(Path file) {
    return read(file).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
