package dev.embark.embed;

import static java.util.Objects.requireNonNull;

import dev.embark.backend.Executable;
import dev.embark.backend.Executable.Port;
import dev.embark.bundle.Output;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import dev.embark.tensor.Tensor;
import dev.embark.tokenize.Side;
import dev.embark.tokenize.Tokens;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What one caller needs to itself: token buffer, input and output memory of a batch. Reused from
/// batch to batch and as large as the largest batch that came, so that computing allocates nothing
/// but results.
final class Lane implements AutoCloseable {
  private final Tokens tokens = new Tokens();
  private final Executable executable;
  private final List<ModelInput> inputs;
  private final Map<String, Integer> ranks;
  private final long padId;
  private final Frame frame;
  private final Map<ModelInput, GrowingMemory> inputMemory = new HashMap<>();
  private final Map<String, GrowingMemory> outputMemory = new HashMap<>();
  private final Map<String, MemorySegment> values = new HashMap<>();

  /// Prepares to run an executable, whose inputs have passed a check.
  Lane(Executable executable, long padId) {
    this.executable = executable;
    this.inputs =
        ModelInput.named(executable.inputs().stream().map(Port::name).collect(Collectors.toSet()));
    this.ranks =
        executable.outputs().stream()
            .collect(Collectors.toMap(Port::name, port -> port.shape().rank()));
    this.padId = padId;
    this.frame = Frame.of(executable);
  }

  /// How texts stand side by side.
  ///
  /// @param sequence positions of each row, padding included, at least 1
  /// @param padding the side on which shorter texts are filled up
  record Layout(int sequence, Side padding) {
    /// Returns the position of a text's first token.
    int start(EncodedText text) {
      return switch (padding) {
        case LEFT -> sequence - text.length();
        case RIGHT -> 0;
      };
    }
  }

  /// Returns the lane's token buffer.
  Tokens tokens() {
    return tokens;
  }

  /// Returns the values of an output of the latest batch.
  MemorySegment values(Output output) {
    return requireNonNull(values.get(output.port()), output.port());
  }

  /// Computes the texts at the indices `batch`, and puts their results at the same indices of
  /// `results`: all at once, or as many at a time as the executable takes.
  <R> void run(Batch<R> batch, Layout layout) {
    int texts = batch.indices().length;
    int step = frame.texts(texts);
    for (int first = 0; first < texts; first += step) {
      run(batch, new Rows(first, Math.min(step, texts - first), step), fitted(layout));
    }
  }

  private Layout fitted(Layout layout) {
    return new Layout(frame.sequence(layout.sequence()), layout.padding());
  }

  /// Texts of a batch that are computed together.
  ///
  /// @param room rows that are computed, some of them perhaps without a text
  private record Rows(int first, int count, int room) {}

  private <R> void run(Batch<R> batch, Rows rows, Layout layout) {
    Map<String, Tensor> given = HashMap.newHashMap(inputs.size());
    for (var input : inputs) {
      given.put(input.port(), filled(input, batch, rows, layout));
    }
    Map<String, Tensor> wanted = HashMap.newHashMap(batch.job().outputs().size());
    for (var output : batch.job().outputs()) {
      wanted.put(output.port(), room(output, rows.room(), layout.sequence()));
    }
    executable.run(given, wanted);
    for (int row = 0; row < rows.count(); row++) {
      EncodedText text = batch.text(rows.first() + row);
      batch.put(rows.first() + row, new Row(this, row, layout.sequence(), layout.start(text)));
    }
  }

  private Tensor filled(ModelInput input, Batch<?> batch, Rows rows, Layout layout) {
    int texts = rows.room();
    int sequence = layout.sequence();
    MemorySegment memory =
        inputMemory
            .computeIfAbsent(input, _ -> new GrowingMemory())
            .ofSize((long) texts * sequence * Long.BYTES);
    for (int row = 0; row < texts; row++) {
      EncodedText text = row < rows.count() ? batch.text(rows.first() + row) : EncodedText.NONE;
      var cells = new ModelInput.Cells(text, layout.start(text), sequence, padId);
      input.fill(memory, (long) row * sequence, cells);
    }
    return new Tensor(ElementType.I64, Shape.of(texts, sequence), memory);
  }

  private Tensor room(Output output, int texts, int sequence) {
    var width = Width.of(output);
    long bytes = texts * width.values(sequence) * Float.BYTES;
    MemorySegment memory =
        outputMemory.computeIfAbsent(output.port(), _ -> new GrowingMemory()).ofSize(bytes);
    values.put(output.port(), memory);
    return new Tensor(ElementType.F32, shape(output, width, texts, sequence), memory);
  }

  private Shape shape(Output output, Width width, int texts, int sequence) {
    if (width.perToken() == 0) {
      return Shape.of(texts, width.perText());
    }
    // A weight a token may have an axis of its own or none.
    return requireNonNull(ranks.get(output.port()), output.port()) == 2
        ? Shape.of(texts, sequence)
        : Shape.of(texts, sequence, width.perToken());
  }

  @Override
  public void close() {
    inputMemory.values().forEach(GrowingMemory::close);
    outputMemory.values().forEach(GrowingMemory::close);
  }
}
