package dev.embark.checkpoint.template;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.checkpoint.template.Value.Text;
import dev.embark.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that want more than their share, and those that look at what they may not see.
class TemplateHostileTest {
  private static final String HOLE = Character.toString(Holes.of(3));

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Loops in loops.
        "{% set r = range(10000) %}{% for a in r %}{% for b in r %}{% for c in r %}"
            + "{% endfor %}{% endfor %}{% endfor %}",
        // Texts that double.
        "{% set n = namespace(x='ab') %}{% for a in range(100) %}{% set n.x = n.x + n.x %}"
            + "{% endfor %}",
        "{% set n = namespace(x='ab') %}{% for a in range(100) %}{% set n.x = n.x ~ n.x %}"
            + "{% endfor %}",
        "{% set n = namespace(x='ab') %}{% for a in range(100) %}"
            + "{% set n.x = n.x.replace('a', n.x) %}{% endfor %}",
        "{% set n = namespace(x='ab') %}{% for a in range(100) %}"
            + "{% set n.x = [n.x, n.x, n.x] | join(n.x) %}{% endfor %}",
        // Lists that double.
        "{% set n = namespace(x=[1]) %}{% for a in range(100) %}{% set n.x = n.x + n.x %}"
            + "{% endfor %}",
        // Much that is printed.
        "{% for a in range(10000) %}{% for b in range(10000) %}abcdefghij{% endfor %}{% endfor %}",
        // Long lists that are looked through.
        "{% set r = range(10000) %}{% for a in r %}{{ 'x' in r }}{{ r[1:] | length }}{% endfor %}",
      })
  void renderingEnds(String template) {
    assertThat(refused(template))
        .isEqualTo(
            """
            T takes more than 5000000 steps and characters.
            No chat template needs as much.
            Do not use this model unless you trust its author.\
            """);
  }

  @Test
  void rangesAndTemplatesEnd() {
    assertThat(refused("{{ range(10001) | length }}"))
        .startsWith("T has a range of more than 10000");
    assertThat(refused("{{ range(9000000000) | length }}")).startsWith("T has a number that is no");
    // The product is the smallest of all numbers, of which the absolute value is none.
    assertThat(refused("{{ range(-65536*65536*65536*32768, 5) | length }}")).isNotEmpty();
    assertThat(refused("a".repeat(200_001))).startsWith("T has 200001 characters, at most 200000.");
    assertThat(refused("{{ '" + ",".repeat(10_001) + "'.split(',') | length }}"))
        .startsWith("T splits a text into more than 10000 parts.");
  }

  @Test
  void nestingEnds() {
    assertThat(refused("{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}"))
        .startsWith("T has more than 100 brackets in each other in line 1.");
    assertThat(refused("{{ " + "[".repeat(50_000))).startsWith("T, line 1: the tag is not closed");
    assertThat(refused("{{ " + "-".repeat(50_000) + "1 }}")).startsWith("T has two minus signs");
    assertThat(render("{{ " + "not ".repeat(40_001) + "1 }}")).isEqualTo("False");
    assertThat(refused("{{ 1" + " + 1".repeat(5_000) + " }}"))
        .startsWith("T has more than 1000 operations in a tag in line 1.");
    assertThat(refused("{{ x" + "[0]".repeat(5_000) + " }}")).startsWith("T has more than 1000 op");
    assertThat(refused("{{ 1" + " | d".repeat(5_000) + " }}"))
        .startsWith("T has more than 1000 op");
    assertThat(refused("{{ 1" + " if 1 else 2".repeat(5_000) + " }}"))
        .startsWith("T has more than 100 brackets");
    assertThat(refused("{% if 1 %}".repeat(10_000))).startsWith("T has more than 50 blocks in");
    assertThat(refused("{% for a in range(1) %}".repeat(5_000)))
        .startsWith("T has more than 50 bl");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ x }}",
        "a{{ x }}b",
        "{{ 'a' + x + 'b' }}",
        "{{ x ~ x }}",
        "{% set y = x %}{{ y }}",
        "{{ [x, 'a'] | join(x) }}",
        "{{ x if true else 'a' }}",
        "{{ x | default('a') }}",
        "{{ x is string }}{{ x is defined }}",
        "{{ 1 if false else x }}",
        "{% if 'a' + x %}{{ x }}{% endif %}",
        "{{ ('a' + x + 'b') | trim }}",
        "{{ x | string }}",
        "{{ ('  ' + x).lstrip('_') }}",
        "{{ (x + ' a ').rstrip() }}",
        "{{ [x] | first }}",
      })
  void holesAreJoinedAndPrinted(String template) {
    var pattern = Template.parse(template, "T").render(Map.of("x", new Text(HOLE)));
    for (var text : new String[] {"", " ", "\n", "text", " <|im_end|>\n", "{{ x }}", "0", "None"}) {
      var rendered = Template.parse(template, "T").render(Map.of("x", new Text(text)));
      assertThat(pattern.replace(HOLE, text)).isEqualTo(rendered);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% if x %}{% endif %}",
        "{{ not x }}",
        "{{ x or 'a' }}",
        "{{ x and 'a' }}",
        "{{ x == 'a' }}",
        "{{ 'a' != x }}",
        "{{ x in 'abc' }}",
        "{{ 'a' in x }}",
        "{{ x in ['a'] }}",
        "{{ x | trim }}",
        "{{ x.strip() }}",
        "{{ ('a' + x).rstrip() }}",
        "{{ (x + 'a').lstrip() }}",
        "{{ x | length }}",
        "{{ x | upper }}",
        "{{ x.lower() }}",
        "{{ x.startswith('a') }}",
        "{{ ('ab' + x).endswith('a') }}",
        "{{ x.split('a')[0] }}",
        "{{ x.replace('a', 'b') }}",
        "{{ 'a'.replace('a', x) }}",
        "{{ x[0] }}",
        "{{ x[1:] }}",
        "{{ 'a'.strip(x) }}",
        "{{ x | default('a', true) }}",
        "{{ 'a'.startswith(x) }}",
        "{{ namespace(a=1)[x] }}",
        "{{ x is equalto 'a' }}",
        "{{ x is in 'a' }}",
        "{{ [1] | selectattr(x) | list }}",
        "{{ x | replace('a', 'b') }}",
        "{{ 'a' | default('b', x) }}",
        "{{ 1 if x else 2 }}",
        "{{ m[x] }}",
        "{{ m.get(x) }}",
        "{{ [m] | map(attribute=x) | first }}",
      })
  void holesAreNotLookedInto(String template) {
    Map<String, Value> variables =
        Map.of(
            "x", new Text(HOLE), "m", new Value.Mapping(Map.<String, Value>of("a", new Text("b"))));
    var problem =
        catchThrowableOfType(Problem.class, () -> Template.parse(template, "T").render(variables));
    assertThat(problem)
        .hasMessageMatching(
            "T [a-z ]+ a text it is given\\.\n"
                + "Embark turns a template into constant pieces around the texts, so it may only"
                + " join and print them\\.\n"
                + "Write the template so that the texts stand in it as they are\\.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat.jinja", "reranker/chat_template.jinja"})
  void everyDamagedByteEndsInAProblemOrInText(String name) throws Exception {
    var original = Files.readAllBytes(Path.of("src/test/resources/template").resolve(name));
    var random = new Random(7);
    for (int round = 0; round < 3_000; round++) {
      var bytes = original.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bytes[random.nextInt(bytes.length)] = (byte) (32 + random.nextInt(96));
      }
      try {
        assertThat(render(new String(bytes, StandardCharsets.UTF_8))).isNotNull();
      } catch (Problem problem) {
        assertThat(problem).hasMessageStartingWith("T");
      }
    }
  }

  private static String render(String template) {
    return Template.parse(template, "T").render(Map.of());
  }

  private static String refused(String template) {
    var problem = catchThrowableOfType(Problem.class, () -> render(template));
    return requireNonNull(problem.getMessage());
  }
}
