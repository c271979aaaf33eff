package dev.embark.backend.rknn;

import dev.embark.backend.Executable.Port;
import dev.embark.format.rknn.RknnFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/// Layers on an NPU: a context on each core, because one text is computed by one core, and a
/// context belongs to one thread at a time.
final class DeviceTrunk implements Trunk {
  private final List<RknnContext> contexts;
  private final ArrayBlockingQueue<RknnContext> idle;

  private DeviceTrunk(List<RknnContext> contexts) {
    this.contexts = List.copyOf(contexts);
    this.idle = new ArrayBlockingQueue<>(contexts.size(), true, contexts);
  }

  static DeviceTrunk open(RknnLibrary library, Board board, CoreMask cores, Path file) {
    var described = RknnFile.read(file);
    board.requireOneOf(described.chips(), file);
    var masks = cores.contexts(Board.cores(described.chips().getFirst()));
    var contexts = new ArrayList<RknnContext>();
    try {
      for (int mask : masks) {
        contexts.add(RknnContext.open(library, file, mask));
      }
      requireSame(described, contexts.getFirst(), file);
      return new DeviceTrunk(contexts);
    } catch (Problem e) {
      contexts.forEach(RknnContext::close);
      throw new Problem(
          e.category(),
          e.what(),
          (e.why()
                  + " The file is of toolkit "
                  + described.toolkit()
                  + ", for "
                  + described.chips()
                  + ".")
              .strip(),
          e.remedy(),
          e);
    }
  }

  /// A runtime that reads the file otherwise than it was written is no runtime for it.
  private static void requireSame(RknnFile described, RknnContext context, Path file) {
    var written = described.inputs().stream().map(RknnFile.Tensor::name).toList();
    var read = context.inputs().stream().map(Port::name).toList();
    if (!written.equals(read) || context.outputs().size() != described.outputs().size()) {
      throw new Problem(
          Category.BAD_INPUT,
          "%s has the inputs %s, the runtime reads %s.".formatted(file, written, read),
          "Runtime " + context.version() + " does not know files of this kind.",
          "Install a runtime that is as new as the toolkit.");
    }
  }

  @Override
  public List<Port> inputs() {
    return contexts.getFirst().inputs();
  }

  @Override
  public Port output() {
    return contexts.getFirst().outputs().getFirst();
  }

  @Override
  public void run(List<MemorySegment> inputs, MemorySegment output) {
    RknnContext context;
    try {
      context = idle.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(
          Category.INTERRUPTED, "The computation was stopped.", "Somebody asked for it.", "", e);
    }
    try {
      context.run(inputs, output);
    } finally {
      idle.add(context);
    }
  }

  @Override
  public void close() {
    contexts.forEach(RknnContext::close);
  }
}
