package dev.embark.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.evaluate.Dataset.Candidates;
import dev.embark.evaluate.Dataset.Crowd;
import dev.embark.evaluate.Dataset.Pairs;
import dev.embark.evaluate.Dataset.Question;
import dev.embark.evaluate.Dataset.Rated;
import dev.embark.evaluate.Dataset.Search;
import dev.embark.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The forms in which data sets are published.
final class DatasetsTest {
  @TempDir Path folder;

  private Path write(String name, String content) {
    try {
      var file = folder.resolve(name);
      Files.createDirectories(file.resolveSibling("."));
      return Files.writeString(file, content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void pairsAreRowsOfTwoTextsAndANumber() {
    var file = write("sts.csv", "\"One, two\",\"He said \"\"no\"\".\",2.5\nA,B,0\nC,D,5\n");

    assertThat(Datasets.read(Task.STS, List.of(file)))
        .isEqualTo(
            new Pairs(
                List.of(
                    new Rated("One, two", "He said \"no\".", 2.5),
                    new Rated("A", "B", 0),
                    new Rated("C", "D", 5))));
  }

  @Test
  void aHeaderIsNoPair() {
    var file = write("sts.tsv", "sentence1\tsentence2\tscore\na \"b\tb\t1\nc\td\t2\ne\tf\t3\n");

    var pairs = (Pairs) Datasets.read(Task.STS, List.of(file));

    assertThat(pairs.pairs()).hasSize(3).first().isEqualTo(new Rated("a \"b", "b", 1));
  }

  @Test
  void pairsMayBeObjects() {
    var line = "{\"sentence1\": \"a\", \"sentence2\": \"b\", \"score\": 1}\n";
    var file = write("sts.jsonl", line.repeat(3));

    assertThat(((Pairs) Datasets.read(Task.STS, List.of(file))).pairs()).hasSize(3);
  }

  @Test
  void aPairWithoutAScoreIsNamed() {
    var file = write("sts.csv", "a,b,1\nc,d,high\ne,f,2\n");

    assertThatThrownBy(() -> Datasets.read(Task.STS, List.of(file)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("pair 2");
  }

  @Test
  void aQuestionFindsItsParagraph() {
    var file =
        write(
            "squad.json",
            """
            {"data": [{"paragraphs": [
              {"context": "c0", "qas": [{"question": "q0"}, {"question": "q1"}]},
              {"context": "c1", "qas": [{"question": "q2"}]}]}]}
            """);

    assertThat(Datasets.read(Task.RETRIEVAL, List.of(file)))
        .isEqualTo(
            new Search(
                List.of("q0", "q1", "q2"),
                List.of("c0", "c1"),
                List.of(Map.of(0, 1.0), Map.of(0, 1.0), Map.of(1, 1.0)),
                0));
  }

  @Test
  void topicsOfTrecAreCountedAsTheyCome() {
    write(
        "docs.xml",
        "<doc>\n<docno>7</docno><text>a\n b</text></doc>"
            + "<doc><docno>9</docno><title>only a title</title><text></text></doc>");
    write(
        "topics.xml",
        "<top><num> 4</num><title>\nfirst </title></top>"
            + "<top><num> 8</num><title>second</title></top><top><title>third</title></top>");
    write("qrels.txt", "1 0 9 2\n1 0 7 0\n2 0 7 1\n");

    assertThat(Datasets.read(Task.RETRIEVAL, List.of(folder)))
        .isEqualTo(
            new Search(
                List.of("first", "second"),
                List.of("a b", "only a title"),
                List.of(Map.of(1, 2.0), Map.of(0, 1.0)),
                1));
  }

  @Test
  void beirFoldersHaveThreeFiles() {
    write("corpus.jsonl", "{\"_id\": \"d\", \"title\": \"T\", \"text\": \"x\"}\n");
    write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"y\"}\n");
    write("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\td\t1\n");

    assertThat(Datasets.read(Task.RETRIEVAL, List.of(folder)))
        .isEqualTo(new Search(List.of("y"), List.of("T x"), List.of(Map.of(0, 1.0)), 0));
  }

  @Test
  void questionsWithoutAnAnswerAreLeftOut() {
    write("dev.csv", "qtext,label,atext\nq,0,no\nq,1,yes\nhopeless,0,no\n");

    assertThat(Datasets.read(Task.RERANK, List.of(folder)))
        .isEqualTo(
            new Candidates(
                List.of(new Question("q", List.of("no", "yes"), List.of(false, true))), 1));
  }

  @Test
  void candidatesMayBeLists() {
    var file =
        write("r.jsonl", "{\"query\": \"q\", \"positive\": [\"y\"], \"negative\": [\"n\"]}\n");

    assertThat(Datasets.read(Task.RERANK, List.of(file)))
        .isEqualTo(
            new Candidates(List.of(new Question("q", List.of("y", "n"), List.of(true, false))), 0));
  }

  @Test
  void aCrowdIsTheDistinctTextsOfAll() {
    var pairs = write("sts.csv", "a,b,1\nb,c,2\n");
    var lines = write("lines.txt", "c\n\nd\n");
    var table = write("dev.csv", "qtext,label,atext\ne,0,a\n");

    assertThat(Datasets.read(Task.NEIGHBOURS, List.of(pairs, lines, table)))
        .isEqualTo(new Crowd(List.of("a", "b", "c", "d", "e")));
  }

  @Test
  void aTaskTakesOneDataSet() {
    var file = write("sts.csv", "a,b,1\n");

    assertThatThrownBy(() -> Datasets.read(Task.STS, List.of(file, file)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("takes one data set");
  }

  @Test
  void aFolderWithSeveralFilesIsNotGuessedAt() {
    write("a.csv", "a,b,1\n");
    write("b.csv", "a,b,1\n");

    assertThatThrownBy(() -> Datasets.read(Task.STS, List.of(folder)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("2 files");
  }
}
