package dev.embark.evaluate;

import dev.embark.evaluate.Dataset.Candidates;
import dev.embark.evaluate.Dataset.Crowd;
import dev.embark.evaluate.Dataset.Pairs;
import dev.embark.evaluate.Dataset.Question;
import dev.embark.evaluate.Dataset.Rated;
import dev.embark.evaluate.Dataset.Search;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Data sets in files, in the forms in which they are published.
public final class Datasets {
  private static final long BYTES_MAX = 1L << 30;
  private static final int ITEMS_MAX = 1_000_000;

  /// Neighbours are looked for with work that grows with the square.
  private static final int CROWD_MAX = 50_000;

  private static final Set<String> FORMS = Set.of(".csv", ".tsv", ".json", ".jsonl", ".txt");

  private Datasets() {}

  /// Reads the data for a task; throws a `Problem` of category `BAD_INPUT` where it is not what the
  /// task takes.
  ///
  /// @param paths files or folders: one, or several for neighbours
  public static Dataset read(Task task, List<Path> paths) {
    return switch (task) {
      case STS -> pairs(file(single(task, paths)));
      case RETRIEVAL -> search(single(task, paths));
      case RERANK -> candidates(file(single(task, paths)));
      case NEIGHBOURS -> crowd(paths);
    };
  }

  private static Path single(Task task, List<Path> paths) {
    if (paths.size() != 1) {
      throw new Problem(
          Category.WRONG_USAGE,
          "--task " + task.key() + " takes one data set, " + paths.size() + " are given.",
          "",
          "Evaluate them one after the other.");
    }
    return paths.getFirst();
  }

  /// Returns the file that a path means: itself, or the only one of a known form in a folder.
  private static Path file(Path path) {
    if (!Files.isDirectory(path)) {
      requireSmall(path);
      return path;
    }
    try (Stream<Path> entries = Files.list(path)) {
      var files = entries.filter(file -> FORMS.contains(extension(file))).sorted().toList();
      if (files.size() == 1) {
        requireSmall(files.getFirst());
        return files.getFirst();
      }
      throw Rows.wrong(
          path + " has " + files.size() + " files that could be meant.", "Name one of " + files);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static String extension(Path file) {
    var name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }

  private static Pairs pairs(Path file) {
    var pairs = new ArrayList<Rated>();
    if (extension(file).equals(".jsonl")) {
      for (var line : JsonLines.read(file)) {
        var left = JsonLines.text(line, "sentence1", file);
        var right = JsonLines.text(line, "sentence2", file);
        pairs.add(new Rated(left, right, line.path("score").asDouble(Double.NaN)));
      }
    } else {
      var rows = Rows.read(file, 3);
      boolean hasHeader = !rows.isEmpty() && Double.isNaN(number(rows.getFirst().get(2)));
      for (var row : rows.subList(hasHeader ? 1 : 0, rows.size())) {
        pairs.add(new Rated(row.get(0), row.get(1), number(row.get(2))));
      }
    }
    for (int i = 0; i < pairs.size(); i++) {
      if (Double.isNaN(pairs.get(i).score())) {
        throw Rows.wrong(file + ", pair " + (i + 1) + ", has no score.", "A number is expected.");
      }
    }
    if (pairs.size() < 3) {
      throw Rows.wrong(file + " has " + pairs.size() + " pairs.", "Three have an order at least.");
    }
    return new Pairs(pairs);
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  private static Search search(Path path) {
    if (Files.isDirectory(path)) {
      return Files.exists(path.resolve("corpus.jsonl"))
          ? TestCollections.beir(path)
          : TestCollections.trec(path);
    }
    requireSmall(path);
    return TestCollections.squad(path);
  }

  private static Candidates candidates(Path file) {
    var questions = new LinkedHashMap<String, Map<String, Boolean>>();
    if (extension(file).equals(".jsonl")) {
      for (var line : JsonLines.read(file)) {
        var own =
            questions.computeIfAbsent(
                JsonLines.text(line, "query", file), _ -> new LinkedHashMap<>());
        JsonLines.texts(line, "positive").forEach(text -> own.put(text, true));
        JsonLines.texts(line, "negative").forEach(text -> own.putIfAbsent(text, false));
      }
    } else {
      for (var row : Rows.read(file, 3)) {
        double label = number(row.get(1));
        if (!Double.isNaN(label)) {
          questions
              .computeIfAbsent(row.get(0), _ -> new LinkedHashMap<>())
              .merge(row.get(2), label > 0, Boolean::logicalOr);
        }
      }
    }
    var kept = new ArrayList<Question>();
    questions.forEach((query, labels) -> {
      if (labels.containsValue(true)) {
        kept.add(new Question(query, List.copyOf(labels.keySet()), List.copyOf(labels.values())));
      }
    });
    if (kept.isEmpty()) {
      throw Rows.wrong(
          file + " has no question with an answer.", "It has " + questions.size() + " questions.");
    }
    return new Candidates(kept, questions.size() - kept.size());
  }

  private static Crowd crowd(List<Path> paths) {
    var texts = new LinkedHashSet<String>();
    paths.forEach(path -> texts.addAll(texts(path)));
    texts.removeIf(String::isBlank);
    if (texts.size() < 2 || texts.size() > CROWD_MAX) {
      throw new Problem(
          Category.BAD_INPUT,
          paths + " hold " + texts.size() + " distinct texts.",
          "2 to " + CROWD_MAX + " are compared, each with each.",
          "Give other files.");
    }
    return new Crowd(List.copyOf(texts));
  }

  /// Returns all texts of a data set of any kind.
  private static List<String> texts(Path path) {
    if (isCollection(path)) {
      return texts(search(path));
    }
    var file = file(path);
    return switch (extension(file)) {
      case ".json" -> texts(search(file));
      case ".jsonl" ->
          JsonLines.read(file).stream().map(line -> JsonLines.text(line, "text", file)).toList();
      case ".csv", ".tsv" ->
          withoutHeader(Rows.read(file, 1)).stream()
              .flatMap(List::stream)
              .filter(field -> !isNumber(field))
              .toList();
      default -> TestCollections.lines(file); // any other file is a text a line
    };
  }

  /// Returns rows without a first one that has no number where others have.
  private static List<List<String>> withoutHeader(List<List<String>> rows) {
    boolean hasHeader =
        rows.size() > 1
            && rows.getFirst().stream().noneMatch(Datasets::isNumber)
            && rows.get(1).stream().anyMatch(Datasets::isNumber);
    return hasHeader ? rows.subList(1, rows.size()) : rows;
  }

  private static boolean isNumber(String field) {
    return !Double.isNaN(number(field));
  }

  /// Returns whether a path is a folder of several files that belong together.
  private static boolean isCollection(Path path) {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return Files.exists(path.resolve("corpus.jsonl"))
          || entries.anyMatch(file -> extension(file).equals(".xml"));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static List<String> texts(Search search) {
    return Stream.concat(search.queries().stream(), search.documents().stream()).toList();
  }

  static void requireFew(int items, Path file) {
    if (items > ITEMS_MAX) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " has more than " + ITEMS_MAX + " items.",
          "",
          "Evaluate on a part of them.");
    }
  }

  static void requireSmall(Path file) {
    try {
      long size = Files.size(file);
      if (size > BYTES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has " + size + " bytes; at most " + BYTES_MAX + " are read.",
            "",
            "Evaluate on a part of it.");
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static Problem unreadable(Path file, IOException e) {
    return new Problem(
        Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e), "Check the path.", e);
  }
}
