package dev.embark.evaluate;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/// Tables of texts: `.csv` with quoted fields ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)),
/// `.tsv` with a tab between fields.
final class Rows {
  private static final CsvMapper MAPPER = new CsvMapper();

  private Rows() {}

  /// Returns the fields of each row, a header included.
  ///
  /// @param fields how many a row must have at least
  static List<List<String>> read(Path file, int fields) {
    var schema = CsvSchema.emptySchema();
    if (file.toString().endsWith(".tsv")) {
      schema = schema.withColumnSeparator('\t').withoutQuoteChar();
    }
    var reader =
        MAPPER.readerForListOf(String.class).with(CsvReadFeature.WRAP_AS_ARRAY).with(schema);
    var rows = new ArrayList<List<String>>();
    try (BufferedReader text = Files.newBufferedReader(file);
        var values = reader.<List<String>>readValues(text)) {
      while (values.hasNextValue()) {
        var row = values.nextValue();
        if (row.size() < fields) {
          throw wrong(
              file + ", row " + (rows.size() + 1) + ", has " + row.size() + " fields.",
              "At least " + fields + " are needed.");
        }
        rows.add(List.copyOf(row));
        Datasets.requireFew(rows.size(), file);
      }
    } catch (JacksonException e) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is not a table.",
          String.valueOf(e.getOriginalMessage()),
          "Quote fields that hold commas or line breaks.",
          e);
    } catch (IOException e) {
      throw Datasets.unreadable(file, e);
    }
    return rows;
  }

  static Problem wrong(String what, String why) {
    return new Problem(
        Category.BAD_INPUT, what, why, "See `docs/evaluation.md` for the forms that are read.");
  }
}
