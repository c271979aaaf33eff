package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MlModel;
import dev.embark.testing.Surgery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/// A way to spoil a package.
///
/// @param cut does it, to a copy
/// @param message part of what its reader is told
record Damage(String name, Base base, Cut cut, String message) {
  /// What is spoiled.
  enum Base {
    FP32,
    FP16,
    BYTES,
    TWO_PROGRAMS,
    STATE
  }

  /// Spoils a package.
  interface Cut {
    void into(Path folder) throws IOException;
  }

  static Damage model(String name, Base base, UnaryOperator<MlModel> edit, String message) {
    return new Damage(name, base, folder -> Surgery.edit(folder, edit), message);
  }

  /// Damages the text of the manifest.
  static Damage manifest(String name, String from, String to, String message) {
    return new Damage(
        name,
        Base.FP32,
        folder -> {
          var file = folder.resolve("Manifest.json");
          var text = Files.readString(file);
          var changed = text.replaceFirst(from, to);
          if (changed.equals(text)) {
            throw new AssertionError("there is no " + from);
          }
          Files.writeString(file, changed);
        },
        message);
  }

  /// Writes an integer somewhere into the weight file.
  static Damage weights(String name, int at, int value, String message) {
    return bytes(
        name,
        Surgery.WEIGHTS,
        bytes -> {
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
          return bytes;
        },
        message);
  }

  /// Damages the bytes of a file.
  static Damage bytes(String name, Path file, UnaryOperator<byte[]> edit, String message) {
    return new Damage(
        name,
        Base.FP32,
        folder -> {
          var path = folder.resolve(file);
          Files.write(path, edit.apply(Files.readAllBytes(path)));
        },
        message);
  }
}
