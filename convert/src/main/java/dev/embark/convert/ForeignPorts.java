package dev.embark.convert;

import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.bundle.Output;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.Dim;
import dev.embark.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which value of a file that others wrote is which output of a model.
final class ForeignPorts {
  /// Names that exporters give to the vector of a text.
  private static final Set<String> VECTORS =
      Set.of("sentence_embedding", "sentence_embeddings", "embedding", "embeddings");

  private ForeignPorts() {}

  /// Where the values of an output come from.
  sealed interface Origin {
    Port port();

    /// The file gives them.
    record Given(Port port) implements Origin {}

    /// The file gives vectors of tokens, which become one here.
    record Tokens(Port port, ForeignTail tail) implements Origin {}
  }

  /// Returns the origin of an output; throws a `Problem` where the file has none.
  static Origin of(Output output, Executable file) {
    return switch (output) {
      case Output.Embedding embedding -> embedding(embedding, file);
      case Output.Score _ ->
          named(file, Set.of(output.port()))
              .or(() -> only(file, 2))
              .<Origin>map(Origin.Given::new)
              .orElseThrow(() -> none(output, file));
      case Output.Sparse _, Output.Lexical _, Output.MultiVector _ ->
          named(file, Set.of(output.port()))
              .<Origin>map(Origin.Given::new)
              .orElseThrow(() -> none(output, file));
    };
  }

  /// A value `[batch, dimension]` without one of the usual names is the last choice: exporters of
  /// BERT add `pooler_output`, which is something else.
  private static Origin embedding(Output.Embedding output, Executable file) {
    var vector = named(file, VECTORS);
    if (vector.isPresent()) {
      return new Origin.Given(vector.get());
    }
    var tokens = only(file, 3);
    if (tokens.isPresent() && tokens.get().shape().dim(2) instanceof Dim.Fixed(var hidden)) {
      return new Origin.Tokens(tokens.get(), ForeignTail.of(output, Math.toIntExact(hidden)));
    }
    return only(file, 2).<Origin>map(Origin.Given::new).orElseThrow(() -> none(output, file));
  }

  private static Optional<Port> named(Executable file, Set<String> names) {
    return file.outputs().stream().filter(port -> names.contains(port.name())).findFirst();
  }

  /// Returns the only output of floats of a rank; of several, the first that has a usual name.
  private static Optional<Port> only(Executable file, int rank) {
    List<Port> ports =
        file.outputs().stream()
            .filter(port -> port.shape().rank() == rank && isFloat(port.type()))
            .toList();
    return ports.size() == 1
        ? Optional.of(ports.getFirst())
        : ports.stream()
            .filter(port ->
                port.name().equals("last_hidden_state") || port.name().equals("token_embeddings"))
            .findFirst();
  }

  private static boolean isFloat(ElementType type) {
    return type == ElementType.F32 || type == ElementType.F16;
  }

  private static Problem none(Output output, Executable file) {
    return new Problem(
        Category.UNSUPPORTED,
        "No output of the file can be " + output.port() + ".",
        "It gives "
            + file.outputs().stream().map(port -> port.name() + " " + port.shape()).toList()
            + ".",
        "Verify a file that gives " + output.port() + ".");
  }
}
