package dev.embark.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embark.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCursorTest {
  @Test
  void valuesAreReadInOrder() {
    var json =
        cursor(
            " { \"a\" : [ 1 , 20 ] , \"b\" : null , \"c\" : true , \"d\" : { \"x\" : -1.5e3 } } ");
    var seen = new ArrayList<String>();
    json.object(name -> {
      seen.add(name);
      switch (name) {
        case "a" -> json.array(() -> seen.add(String.valueOf(json.integer())));
        case "b" -> assertThat(json.isNull()).isTrue();
        case "c" -> assertThat(json.bool()).isTrue();
        default -> json.skip();
      }
    });
    json.end();
    assertThat(seen).isEqualTo(List.of("a", "1", "20", "b", "c", "d"));
  }

  @Test
  void stringsAreDecoded() {
    assertThat(cursor("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude80é東🚀\"").string())
        .isEqualTo("\"\\/\b\f\n\r\té🚀é東🚀");
    assertThat(cursor("\"" + "long ".repeat(1000) + "\"").string()).hasSize(5000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":1,"a":2} | 1, column 11: the name "a" occurs twice in one object
          {"a" 1} | 1, column 6: expected :
          [1 2] | 1, column 4: expected a comma or ]
          [01] | 1, column 3: expected a number
          [1.e5] | 1, column 4: expected a digit
          "\\ud800" | 1, column 9: half a surrogate pair in a string
          "\\x" | 1, column 4: an unknown escape in a string
          "open | 1, column 6: the file ends in a string
          tru | 1, column 4: expected true
          {} x | 1, column 4: expected the end of the file
          """)
  void damageIsNamedWithItsPlace(String json, String place) {
    assertThatThrownBy(() -> read(cursor(json)))
        .isInstanceOf(Problem.class)
        .hasMessage(
            "file.json is damaged at line %s.\nFetch the file again; if it is your own, mend it there."
                .formatted(place));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "-1", "01", "99999999999999999999", "1e3", "2147483648", "x"})
  void integerIsWhatItSays(String number) {
    assertThatThrownBy(() -> cursor(number).integer())
        .isInstanceOf(Problem.class)
        .hasMessageContaining("expected an integer between 0 and 2147483647");
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    for (var bytes :
        List.of(
            "\u00C0\u0080",
            "\u00ED\u00A0\u0080",
            "\u00F5\u0080\u0080\u0080",
            "\u0080",
            "\u00E9x",
            "\u00FF")) {
      var json = ("\"" + bytes + "\"").getBytes(StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> new JsonCursor(json, "file.json").string())
          .isInstanceOf(Problem.class)
          .hasMessageContaining("not UTF-8");
    }
  }

  @Test
  void depthHasALimit() {
    assertThatThrownBy(() -> read(cursor("[".repeat(100_000))))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("more than 64 levels");
  }

  private static void read(JsonCursor json) {
    json.skip();
    json.end();
  }

  private static JsonCursor cursor(String json) {
    return new JsonCursor(json.getBytes(StandardCharsets.UTF_8), "file.json");
  }
}
