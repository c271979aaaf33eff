package dev.embark.checkpoint.template;

import dev.embark.checkpoint.template.Value.Absent;
import dev.embark.checkpoint.template.Value.Listing;
import dev.embark.checkpoint.template.Value.Mapping;
import dev.embark.checkpoint.template.Value.Namespace;
import dev.embark.checkpoint.template.Value.Text;
import dev.embark.checkpoint.template.Value.Truth;
import dev.embark.checkpoint.template.Value.Whole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A chat template, ready to be rendered.
public final class Template {
  private final Refusals refusals;
  private final List<Statement> statements;

  private Template(Refusals refusals, List<Statement> statements) {
    this.refusals = refusals;
    this.statements = statements;
  }

  /// Reads a template; `name` says in problems where it comes from.
  public static Template parse(String source, String name) {
    var refusals = new Refusals(name);
    return new Template(refusals, StatementParser.parse(refusals, Lexer.cut(refusals, source)));
  }

  /// Returns the text of the template with these variables.
  public String render(Map<String, Value> variables) {
    var budget = new Budget(refusals);
    var rendering = new Rendering(refusals, budget, new Evaluator(refusals, budget));
    rendering.all(statements, Scope.of(variables));
    return rendering.text.toString();
  }

  /// One run through the statements.
  private static final class Rendering {
    /// What a turn of a loop costs, also where nothing is in it.
    private static final long TURN_UNITS = 10;

    private final Refusals refusals;
    private final Budget budget;
    private final Evaluator evaluator;
    private final StringBuilder text = new StringBuilder();

    Rendering(Refusals refusals, Budget budget, Evaluator evaluator) {
      this.refusals = refusals;
      this.budget = budget;
      this.evaluator = evaluator;
    }

    void all(List<Statement> statements, Scope scope) {
      for (var statement : statements) {
        budget.spend(1);
        switch (statement) {
          case Statement.Print(var printed) -> print(printed);
          case Statement.Output(var expression) -> print(evaluator.print(expression, scope));
          case Statement.Assign assignment -> assign(assignment, scope);
          case Statement.If(var branches, var otherwise) ->
              all(chosen(branches, otherwise, scope), scope);
          case Statement.For loop -> repeat(loop, scope);
        }
      }
    }

    private void print(String printed) {
      budget.spend(printed.length());
      text.append(printed);
    }

    private void assign(Statement.Assign assignment, Scope scope) {
      var value = evaluator.value(assignment.value(), scope);
      if (assignment.member().isEmpty()) {
        scope.set(assignment.name(), value);
        return;
      }
      if (!(scope.get(assignment.name()) instanceof Namespace namespace)) {
        throw refusals.unsupported(
            "sets \""
                + assignment.member()
                + "\" of "
                + scope.get(assignment.name()).kind()
                + " \""
                + assignment.name()
                + "\", which is no namespace");
      }
      namespace.set(assignment.member(), value);
    }

    private List<Statement> chosen(
        List<Statement.Branch> branches, List<Statement> otherwise, Scope scope) {
      for (var branch : branches) {
        if (evaluator.holds(branch.condition(), scope)) {
          return branch.body();
        }
      }
      return otherwise;
    }

    private void repeat(Statement.For loop, Scope scope) {
      var items =
          switch (evaluator.value(loop.items(), scope)) {
            case Listing(var all) -> all;
            case Mapping(var entries) -> entries.keySet().stream().<Value>map(Text::new).toList();
            case Absent absent when absent == Absent.UNDEFINED -> List.<Value>of();
            case Text _, Whole _, Truth _, Absent _, Namespace _ ->
                throw refusals.unsupported("repeats for each item of what is no list");
          };
      for (int i = 0; i < items.size(); i++) {
        budget.spend(TURN_UNITS);
        var turn = scope.inner();
        turn.set(loop.variable(), items.get(i));
        turn.set("loop", counted(items, i));
        all(loop.body(), turn);
      }
    }

    /// What a loop says about itself, as far as it is not a function.
    private static Mapping counted(List<Value> items, int at) {
      int size = items.size();
      var counts = new HashMap<String, Value>();
      counts.put("index", new Whole(at + 1L));
      counts.put("index0", new Whole(at));
      counts.put("revindex", new Whole((long) size - at));
      counts.put("revindex0", new Whole(size - at - 1L));
      counts.put("length", new Whole(size));
      counts.put("depth", new Whole(1));
      counts.put("depth0", new Whole(0));
      counts.put("first", at == 0 ? Truth.TRUE : Truth.FALSE);
      counts.put("last", at == size - 1 ? Truth.TRUE : Truth.FALSE);
      counts.put("previtem", at == 0 ? Absent.UNDEFINED : items.get(at - 1));
      counts.put("nextitem", at == size - 1 ? Absent.UNDEFINED : items.get(at + 1));
      return new Mapping(counts);
    }
  }
}
