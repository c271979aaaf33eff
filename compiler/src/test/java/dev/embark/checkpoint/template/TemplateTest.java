package dev.embark.checkpoint.template;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class TemplateTest {
  private static final Path CASES = Path.of("src/test/resources/template/cases.json");

  static Stream<Arguments> cases() {
    var file = Json.readObject(CASES);
    var variables = ((Mapping) value(file.path("variables"))).entries();
    return file.path("cases")
        .valueStream()
        .map(entry ->
            Arguments.of(
                entry.path("template").stringValue(),
                variables,
                entry.path("rendered").stringValue()));
  }

  private static Value value(JsonNode node) {
    if (node.isObject()) {
      var entries = new LinkedHashMap<String, Value>();
      node.properties().forEach(entry -> entries.put(entry.getKey(), value(entry.getValue())));
      return new Mapping(entries);
    }
    if (node.isArray()) {
      var items = new ArrayList<Value>();
      node.forEach(item -> items.add(value(item)));
      return new Listing(items);
    }
    if (node.isBoolean()) {
      return node.booleanValue() ? Truth.TRUE : Truth.FALSE;
    }
    return node.isNull() ? Absent.NONE : new Text(node.stringValue());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rendersAsTheReference(String template, Map<String, Value> variables, String rendered) {
    assertThat(Template.parse(template, "T").render(variables)).isEqualTo(rendered);
  }

  @Test
  void linesEndAsOnUnix() {
    assertThat(render("a\r\n{% if true %}\r\nb\r{% endif %}\r\nc\r\n")).isEqualTo("a\nb\nc");
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        Arguments.of("{% macro a() %}{% endmacro %}", "has the tag \"macro\" in line 1"),
        Arguments.of("\n{% raw %}{% endraw %}", "has the tag \"raw\" in line 2"),
        Arguments.of("{% generation %}{% endgeneration %}", "has the tag \"generation\" in line 1"),
        Arguments.of("{% for a in b %}{% break %}{% endfor %}", "has the tag \"break\" in line 1"),
        Arguments.of(
            "{% set x %}a{% endset %}", "has a set that is no single assignment in line 1"),
        Arguments.of("{% set a, b = 1 %}", "has a set that is no single assignment in line 1"),
        Arguments.of(
            "{% for a, b in c %}{% endfor %}", "has a for with more than one name in line 1"),
        Arguments.of("{% for a in b if a %}{% endfor %}", "has a for with \"if\" in line 1"),
        Arguments.of("{% for a in b %}{% else %}{% endfor %}", "has an else of a for in line 1"),
        Arguments.of("{{ 'a' | tojson }}", "has the filter \"tojson\""),
        Arguments.of(
            "{{ 'a' | map('trim') }}", "hands 1 values and the names [] to the filter map"),
        Arguments.of("{{ 1 is odd }}", "has the test \"odd\""),
        Arguments.of("{{ 'a'.title() }}", "has the method \"title\" of a text"),
        Arguments.of("{{ 'a'.__class__ }}", "has the attribute \"__class__\" of a text"),
        Arguments.of("{{ ''.__class__.__mro__ }}", "has the attribute \"__class__\" of a text"),
        Arguments.of("{{ none.__class__ }}", "has the attribute \"__class__\" of none"),
        Arguments.of("{{ x.y }}", "has the attribute \"y\" of undefined"),
        Arguments.of("{{ x['y'] }}", "has an item under a text of undefined"),
        Arguments.of("{{ strftime_now('%d') }}", "calls the function strftime_now"),
        Arguments.of("{{ strftime_now is defined }}", "takes the function strftime_now as a value"),
        Arguments.of("{{ nobody() }}", "calls the function nobody"),
        Arguments.of("{{ 'a'() }}", "calls what is no function"),
        Arguments.of("{{ [1] }}", "prints a list"),
        Arguments.of("{{ {'a': 1} }}", "has a dictionary between braces in line 1"),
        Arguments.of("{{ (1, 2) }}", "has a tuple in line 1"),
        Arguments.of("{{ 1, 2 }}", "has a tuple in line 1"),
        Arguments.of("{{ 1.5 }}", "has a number that is no plain integer: \"1\" in line 1"),
        Arguments.of("{{ 0x10 }}", "has a number that is no plain integer: \"0x10\" in line 1"),
        Arguments.of("{{ 1 / 2 }}", "has the operator /"),
        Arguments.of("{{ 1 ** 2 }}", "has the operator ** in line 1"),
        Arguments.of("{{ 1 % 0 }}", "calculates 1 % 0"),
        Arguments.of("{{ 'a' % 2 }}", "has \"%\" between a text and an integer"),
        Arguments.of("{{ 'a' + none }}", "has \"+\" between a text and none"),
        Arguments.of("{{ 'a' < 'b' }}", "has \"<\" between a text and a text"),
        Arguments.of("{{ [1] == [1] }}", "compares a list with a list"),
        Arguments.of("{{ 'a' in 5 }}", "searches for a text in an integer"),
        Arguments.of("{{ 5[0] }}", "has an item under an integer of an integer"),
        Arguments.of("{{ 5[0:1] }}", "has a slice of an integer"),
        Arguments.of("{{ 'abc'[::0] }}", "has a slice with steps of 0"),
        Arguments.of("{% for a in 5 %}{% endfor %}", "repeats for each item of what is no list"),
        Arguments.of("{% for a in 'ab' %}{% endfor %}", "repeats for each item of what is no list"),
        Arguments.of("{% set x.y = 1 %}", "sets \"y\" of undefined \"x\", which is no namespace"),
        Arguments.of("{{ 'a' | first }}", "has the filter \"first\" of a text"),
        Arguments.of(
            "{{ 'a' | trim('x', 'y') }}", "hands 2 values and the names [] to the filter trim"),
        Arguments.of("{{ f(*x) }}", "has arguments that are handed over as a whole in line 1"),
        Arguments.of("{{ 'a\\101' }}", "has the escape \\1 in line 1"),
        Arguments.of("{{ 'a'.replace('', 'b') }}", "replaces the empty text"),
        Arguments.of("﷐", "contains characters that Unicode reserves for no use"),
        Arguments.of("{{ '\\ufdd0' }}", "contains characters that Unicode reserves for no use"));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void whatItDoesNotKnowIsNamed(String template, String how) {
    assertThat(refused(Category.UNSUPPORTED, template))
        .isEqualTo(
            "T "
                + how
                + ".\nEmbark renders the part of Jinja that chat templates of rerankers are written"
                + " in.\nWrite the template with text, set, if, for, and concatenation.");
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("{{ 'a", 1, "the string is not closed"),
        Arguments.of("{{ a", 1, "the tag is not closed"),
        Arguments.of("\n{% if a", 2, "the tag is not closed"),
        Arguments.of("{# a", 1, "the comment is not closed"),
        Arguments.of("{% if a %}", 1, "a tag is not closed by endif"),
        Arguments.of("{% for a in b %}", 1, "a tag is not closed by endfor"),
        Arguments.of("{% endif %}", 1, "the tag \"endif\" closes nothing"),
        Arguments.of("{% if a %}{% endfor %}", 1, "the tag \"endfor\" stands inside an if"),
        Arguments.of("{% for a in b %}{% endif %}", 1, "found \"endif\", expected \"endfor\""),
        Arguments.of("{{ }}", 1, "found its end, expected a value"),
        Arguments.of("{{ a b }}", 1, "found \"b\", expected the end of the tag"),
        Arguments.of("{{ (a }}", 1, "the tag is not closed"),
        Arguments.of("{{ a. }}", 1, "found its end, expected a name"),
        Arguments.of("{{ a[1 }}", 1, "the tag is not closed"),
        Arguments.of("{{ ) }}", 1, "found \")\", expected a value"),
        Arguments.of("{{ a ! b }}", 1, "the character '!' is no Jinja"),
        Arguments.of("{{ '\\u12' }}", 1, "an escape has too few digits"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsNoJinjaIsNamed(String template, int line, String how) {
    assertThat(refused(Category.BAD_INPUT, template))
        .isEqualTo("T, line " + line + ": " + how + ".\nMend the template.");
  }

  @Test
  void templateThatRaises() {
    assertThat(refused(Category.UNSUPPORTED, "{{ raise_exception('no ' + 'roles') }}"))
        .isEqualTo(
            """
            T refuses the messages: no roles.
            The template raises this itself.
            Take a model whose template is written for a query and a document.\
            """);
  }

  private static String refused(Category category, String template) {
    var problem = catchThrowableOfType(Problem.class, () -> render(template));
    assertThat(problem.category()).isEqualTo(category);
    return requireNonNull(problem.getMessage());
  }

  private static String render(String template) {
    return Template.parse(template, "T").render(Map.of());
  }
}
