package dev.embark.checkpoint;

import static java.util.Objects.requireNonNull;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Weight;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/// The tensors of a checkpoint under the names a family asks for, and the account of who asked.
///
/// A family takes weights with the shape it expects. What is missing or misshapen is noted and
/// replaced by nothing but its shape, so that [#requireComplete] can name every such tensor at
/// once, and every tensor that nobody took.
public final class Weights {
  private final String origin;
  private final String scope;
  private final SortedMap<String, Weight> tensors;
  private final Account account;

  /// What was asked of all scopes of one checkpoint.
  private record Account(
      Set<String> taken,
      Set<String> unused,
      List<String> missing,
      List<String> misshapen,
      List<String> integers) {
    static Account empty() {
      return new Account(
          new TreeSet<>(),
          new HashSet<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }
  }

  private Weights(String origin, String scope, SortedMap<String, Weight> tensors, Account account) {
    this.origin = origin;
    this.scope = scope;
    this.tensors = tensors;
    this.account = account;
  }

  /// Opens an account over tensors; `origin` says in errors where they come from.
  public static Weights of(String origin, Map<String, Weight> tensors) {
    return new Weights(origin, "", new TreeMap<>(tensors), Account.empty());
  }

  /// Returns the weights whose names start with `prefix` and a dot, without it; the account is
  /// shared.
  public Weights scope(String prefix) {
    return new Weights(origin, scope + prefix + ".", tensors, account);
  }

  /// Returns the same weights under changed names, with a new account; for a family's `sanitize`.
  public Weights renamed(UnaryOperator<String> change) {
    var renamed = new TreeMap<String, Weight>();
    tensors.forEach((name, weight) -> {
      if (renamed.put(change.apply(name), weight) != null) {
        throw new Problem(
            Category.BAD_INPUT,
            origin + ": two tensors mean \"" + change.apply(name) + "\".",
            "One of them is \"" + name + "\"; the checkpoint mixes two naming schemes.",
            "Keep one of the two in the checkpoint.");
      }
    });
    return new Weights(origin, scope, renamed, Account.empty());
  }

  /// Returns the same weights without the first of the prefixes that any of them has: heads put one
  /// before the names of the encoder they were trained with.
  public Weights withoutPrefixes(String... prefixes) {
    for (var prefix : prefixes) {
      if (tensors.keySet().stream().anyMatch(name -> name.startsWith(prefix))) {
        return renamed(name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name);
      }
    }
    return this;
  }

  /// Declares tensors that the family knows and does not need.
  public Weights unused(Predicate<String> names) {
    tensors.keySet().stream().filter(names).forEach(account.unused()::add);
    return this;
  }

  /// Returns whether a tensor of this name (within the scope) is there.
  public boolean has(String name) {
    return tensors.containsKey(scope + name);
  }

  /// Returns the names of all tensors, sorted.
  public Set<String> names() {
    return tensors.keySet();
  }

  /// Returns the shape of a tensor by its full name.
  public Shape shape(String path) {
    return requireNonNull(tensors.get(path)).shape();
  }

  /// Returns the shape of a tensor of this scope; of one that is not there, nothing, and
  /// [#requireComplete] will say so.
  public Shape shapeOf(String name) {
    var weight = tensors.get(path(name));
    return weight == null ? Shape.of(1, 1) : weight.shape();
  }

  /// Returns the name of this scope, without the dot at its end.
  public String name() {
    return scope.isEmpty() ? "" : scope.substring(0, scope.length() - 1);
  }

  /// Returns the full name of a tensor of this scope.
  public String path(String name) {
    return scope + name;
  }

  /// Takes a tensor of the given shape; where it is missing or misshapen, [#requireComplete] will
  /// say so.
  public Weight take(String name, long... sizes) {
    var path = path(name);
    var expected = Shape.of(sizes);
    var weight = tensors.get(path);
    account.taken().add(path);
    if (weight == null) {
      account.missing().add("\"" + path + "\" " + expected);
      return new Weight.Repeated(0, expected);
    }
    if (!weight.shape().equals(expected)) {
      account
          .misshapen()
          .add("\"" + path + "\" has shape " + weight.shape() + ", expected " + expected);
      return new Weight.Repeated(0, expected);
    }
    if (weight instanceof Weight.Stored(var tensor) && !tensor.type().isFloat()) {
      account.integers().add("\"" + path + "\" " + tensor.type());
    }
    return weight;
  }

  /// Takes a vector of whole numbers, such as a list of rows.
  public List<Integer> integers(String name) {
    account.taken().add(path(name));
    if (tensors.get(path(name)) instanceof Weight.Stored(var tensor)
        && !tensor.type().isFloat()
        && tensor.shape().rank() == 1) {
      return LongStream.range(0, tensor.shape().size(0))
          .mapToObj(i -> Math.toIntExact(tensor.integer(i)))
          .toList();
    }
    account.misshapen().add("\"" + path(name) + "\" is not a vector of whole numbers");
    return List.of(0);
  }

  /// Throws a problem that lists every missing, misshapen and surplus tensor, if there is one.
  ///
  /// @param because which configuration the expected shapes come from
  public void requireComplete(String because) {
    var surplus = new TreeSet<>(tensors.keySet());
    surplus.removeAll(account.taken());
    surplus.removeAll(account.unused());
    var misfits = new StringBuilder();
    list(misfits, "missing", account.missing());
    list(misfits, "misshapen", account.misshapen());
    list(misfits, "of integers, which only a quantised model has", account.integers());
    list(misfits, "not used by this architecture", List.copyOf(surplus));
    if (misfits.isEmpty()) {
      return;
    }
    throw new Problem(
        Category.BAD_INPUT,
        origin + " does not fit its architecture:" + misfits,
        "The shapes follow from " + because + ".",
        "Take config.json and the weights from the same revision of the same model.");
  }

  private static void list(StringBuilder what, String title, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    what.append("\n  ").append(names.size()).append(' ').append(title).append(':');
    names.forEach(name -> what.append("\n    ").append(name));
  }
}
