package dev.embark.format.torch;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;

/// What can be wrong with a PyTorch file, said with its name.
record Complaint(Path file) {
  private static final int NAME_LENGTH_MAX = 200;

  /// Something that no sound file has; `how` continues the file's name.
  Problem damaged(String how, String why) {
    return new Problem(
        Category.BAD_INPUT,
        file + " " + how + ".",
        why,
        "Fetch the file again, or save the model again.");
  }

  /// Something a sound file may have and Embark does not read; `how` continues the file's name.
  Problem unsupported(String how, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        file + " " + how + ".",
        why,
        "Take a revision with model.safetensors, or save the model again with"
            + " safe_serialization=True.");
  }

  /// A name that is no part of a tensor.
  Problem global(String module, String name) {
    return new Problem(
        Category.UNSUPPORTED,
        file
            + " names the global "
            + shown(module + "." + name)
            + ", which is no part of a tensor.",
        "A pickle is a program; Embark builds the tensors in it and runs nothing else.",
        "Do not load this file elsewhere unless you trust its author. Take a revision with"
            + " model.safetensors, or save the tensors alone: torch.save(model.state_dict(),"
            + " file).");
  }

  /// Returns a name out of a file so that it can be printed.
  static String shown(String name) {
    var text = new StringBuilder();
    name.codePoints()
        .limit(NAME_LENGTH_MAX)
        .forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '\ufffd' : c));
    return text.append(name.length() > NAME_LENGTH_MAX ? "…" : "").toString();
  }
}
