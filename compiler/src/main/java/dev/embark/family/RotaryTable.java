package dev.embark.family;

import dev.embark.checkpoint.Config;
import dev.embark.graph.Rotation;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/// Angles of rotary positions as `config.json` asks for them, in old spelling (`rope_theta`,
/// `rope_scaling`) and new (`rope_parameters`).
///
/// Reference: transformers `modeling_rope_utils.py`. All of it is computed in 32 bits where torch
/// does so.
final class RotaryTable {
  private static final double THETA = 10_000;

  private RotaryTable() {}

  /// Returns the angles of heads of `size` values.
  static Rotation of(Config config, int size) {
    return of(config, THETA, size);
  }

  /// @param otherwise the base where nothing is said
  static Rotation of(Config config, double otherwise, int size) {
    if (config.has("rope_parameters")) {
      return scaled(config.child("rope_parameters"), otherwise, config, size);
    }
    double theta = config.real("rope_theta", otherwise);
    return config.has("rope_scaling")
        ? scaled(config.child("rope_scaling"), theta, config, size)
        : plain(theta, size);
  }

  /// Returns the angles of heads of `size` values in one kind of layer, such as
  /// `sliding_attention`.
  ///
  /// @param oldKey name of the base in old spelling
  /// @param otherwise the base where nothing is said
  static Rotation ofLayers(Config config, String kind, String oldKey, double otherwise, int size) {
    double theta = config.real(oldKey, otherwise);
    if (!config.has("rope_parameters")) {
      return plain(theta, size);
    }
    var all = config.child("rope_parameters");
    return scaled(all.has(kind) ? all.child(kind) : all, theta, config, size);
  }

  private static Rotation scaled(Config rope, double otherwise, Config config, int size) {
    double theta = rope.real("rope_theta", otherwise);
    rope.requireUnlessAbsent("partial_rotary_factor", 1.0);
    var type = rope.text("rope_type", rope.text("type", "default"));
    var rotation =
        switch (type) {
          case "default" -> plain(theta, size);
          case "linear" -> linear(theta, size, rope.real("factor", 1));
          case "llama3" -> llama3(theta, size, rope, config);
          case "yarn" -> yarn(theta, size, rope, config);
          case "dynamic" -> dynamic(theta, size, rope);
          default -> // an open set of words, of which this version knows these
              throw new Problem(
                  Category.UNSUPPORTED,
                  rope.origin() + ": rope_type \"" + type + "\" is not supported.",
                  "Known are default, dynamic, linear, llama3 and yarn.",
                  "Convert a model with one of them, or ask for the feature.");
        };
    rope.requireAllKnown("Rotary positions");
    return rotation;
  }

  /// Returns `1 / theta^(2i / size)`.
  static Rotation plain(double theta, int size) {
    return new Rotation(frequencies(theta, size), 1);
  }

  /// Returns angles whose base and frequencies are scaled, whatever the length of the text: `1 /
  /// (factor·theta)^(2i / size) / factor^(2 / size)` (<https://kexue.fm/archives/9706>).
  static Rotation ntk(double theta, int size, double factor) {
    return changed(
        theta * factor,
        size,
        frequency -> (float) frequency / (float) Math.pow(factor, 2.0 / size));
  }

  private static List<Float> frequencies(double theta, int size) {
    var frequencies = new ArrayList<Float>();
    for (int i = 0; i < size; i += 2) {
      float power = (float) Math.pow(theta, (float) i / size);
      frequencies.add(1f / power);
    }
    return frequencies;
  }

  private static Rotation changed(double theta, int size, DoubleUnaryOperator change) {
    return new Rotation(
        frequencies(theta, size).stream()
            .map(frequency -> (float) change.applyAsDouble(frequency))
            .toList(),
        1);
  }

  private static Rotation linear(double theta, int size, double factor) {
    return changed(theta, size, frequency -> (float) frequency / (float) factor);
  }

  /// Beyond `max_position_embeddings` the base would depend on the length of the text, and so a
  /// vector on its batch; up to there nothing is scaled, and Embark reads no longer texts.
  private static Rotation dynamic(double theta, int size, Config rope) {
    rope.disregard("factor");
    return plain(theta, size);
  }

  private static Rotation llama3(double theta, int size, Config rope, Config config) {
    double factor = rope.real("factor", 1);
    double low = rope.real("low_freq_factor", 1);
    double high = rope.real("high_freq_factor", 4);
    double original = originalPositions(rope, config);
    return changed(
        theta,
        size,
        frequency -> {
          double wavelength = 2 * Math.PI / frequency;
          if (wavelength < original / high) {
            return frequency;
          }
          if (wavelength > original / low) {
            return frequency / factor;
          }
          double smooth = (original / wavelength - low) / (high - low);
          return (1 - smooth) * frequency / factor + smooth * frequency;
        });
  }

  private static double originalPositions(Config rope, Config config) {
    return rope.has("original_max_position_embeddings")
        ? rope.size("original_max_position_embeddings")
        : config.size("max_position_embeddings");
  }

  /// YaRN (<https://arxiv.org/abs/2309.00071>).
  private static Rotation yarn(double theta, int size, Config rope, Config config) {
    rope.requireUnlessAbsent("truncate", true);
    double factor = rope.real("factor", 1);
    double positions = originalPositions(rope, config);
    double attention = rope.real("attention_factor", factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
    double first =
        Math.max(Math.floor(plane(rope.real("beta_fast", 32), theta, size, positions)), 0);
    double last =
        Math.min(Math.ceil(plane(rope.real("beta_slow", 1), theta, size, positions)), size - 1);
    double width = last == first ? 0.001 : last - first;
    var frequencies = new ArrayList<Float>();
    var plain = frequencies(theta, size);
    for (int i = 0; i < plain.size(); i++) {
      double interpolated = Math.clamp((i - first) / width, 0, 1);
      double frequency = plain.get(i);
      frequencies.add((float) (frequency / factor * interpolated + frequency * (1 - interpolated)));
    }
    return new Rotation(frequencies, (float) attention);
  }

  /// Returns the plane that turns `rotations` times over all positions.
  private static double plane(double rotations, double theta, int size, double positions) {
    return size * Math.log(positions / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
  }
}
