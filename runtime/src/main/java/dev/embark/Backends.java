package dev.embark;

import dev.embark.backend.Backend;
import dev.embark.backend.SeveralBackends;
import dev.embark.backend.coreml.AppleBackend;
import dev.embark.backend.coreml.CoreMlBackend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.backend.rknn.RknnBackend;
import dev.embark.backend.sophon.SophonBackend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Placement;
import dev.embark.bundle.Variant;
import dev.embark.bundle.WantedVariant;
import dev.embark.embed.ModelFiles;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.Toolchains;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The runtimes that Embark has, and which of them runs a bundle here.
public final class Backends {
  private Backends() {}

  /// A way to run a bundle on this machine.
  ///
  /// @param notices why it is not the one the bundle prefers; empty if it is
  public record Choice(Variant variant, ModelFiles files, Backend backend, List<String> notices) {
    public Choice {
      notices = List.copyOf(notices);
    }
  }

  /// Loads a runtime by the name that stages give it.
  ///
  /// Throws a `Problem`: `UNAVAILABLE` where this machine cannot load it, `UNSUPPORTED` where
  /// Embark does not have it.
  ///
  /// @param cache folder of the `MachineCache`, where native libraries are unpacked
  public static Backend load(String name, Path cache) {
    return switch (name) {
      case OnnxRuntimeBackend.NAME -> OnnxRuntimeBackend.load(cache);
      case CoreMlBackend.NAME -> AppleBackend.isHere() ? AppleBackend.load() : new CoreMlBackend();
      case RknnBackend.NAME -> RknnBackend.ofDevice(System.getenv());
      case SophonBackend.NAME -> SophonBackend.ofDevice(System.getenv());
      case TableBackend.NAME -> new TableBackend();
      default -> // an open set of words, of which this version knows these
          throw new Problem(
              Category.UNSUPPORTED,
              "There is no runtime \"" + name + "\".",
              "This Embark has "
                  + List.of(
                      CoreMlBackend.NAME,
                      OnnxRuntimeBackend.NAME,
                      RknnBackend.NAME,
                      SophonBackend.NAME,
                      TableBackend.NAME)
                  + ".",
              "Convert the model with --to onnx.");
    };
  }

  /// Loads a runtime, likewise: for a device whose vendor has a simulator, that.
  static Backend simulated(String name, Path cache) {
    return switch (name) {
      case RknnBackend.NAME ->
          RknnBackend.ofSimulator(Toolchains.in(cache).require(Toolchain.RKNN));
      case SophonBackend.NAME ->
          SophonBackend.ofSimulator(Toolchains.in(cache).require(Toolchain.SOPHON).resolve("lib"));
      default -> load(name, cache); // an open set of words
    };
  }

  /// Returns the variant of a bundle that is wanted, with its runtime.
  ///
  /// Where none is named, that is the first whose runtime this machine can load: the fastest where
  /// they have been timed here, else the one that the bundle prefers. Throws a `Problem` of
  /// category `BAD_INPUT` where the bundle has none of that name, and that of the first variant
  /// where this machine can run none.
  public static Choice choose(Bundle bundle, WantedVariant wanted, Devices devices, Path cache) {
    return choose(bundle, candidates(bundle, wanted, devices, cache), devices, cache);
  }

  private static Choice choose(
      Bundle bundle, List<Variant> candidates, Devices devices, Path cache) {
    var refusals = new ArrayList<Problem>();
    for (var variant : candidates) {
      try {
        var backend = SeveralBackends.of(variant.chain(), name -> devices.load(name, cache));
        return new Choice(
            variant,
            ModelFiles.of(bundle, variant.chain()),
            backend,
            notices(bundle, variant, candidates, refusals));
      } catch (Problem e) {
        if (!isOfThisMachine(e)) {
          throw e;
        }
        refusals.add(e);
      }
    }
    throw refusals.getFirst();
  }

  /// Returns the next variant of a bundle that this machine can run, after one that failed.
  ///
  /// @param failed what has to be said where there is none
  static Choice after(
      Bundle bundle,
      Variant variant,
      WantedVariant wanted,
      Devices devices,
      Path cache,
      Problem failed) {
    var variants =
        switch (wanted) {
          case WantedVariant.Named _ -> bundle.manifest().variants();
          case WantedVariant.Preferred _, WantedVariant.OfBackends _ ->
              candidates(bundle, wanted, devices, cache);
        };
    var later = variants.subList(variants.indexOf(variant) + 1, variants.size());
    if (later.isEmpty()) {
      throw failed;
    }
    try {
      return choose(bundle, later, devices, cache);
    } catch (Problem e) {
      if (!isOfThisMachine(e)) {
        throw e;
      }
      throw failed;
    }
  }

  private static List<Variant> candidates(
      Bundle bundle, WantedVariant wanted, Devices devices, Path cache) {
    var variants = bundle.manifest().variants();
    return switch (wanted) {
      // What was timed here were not simulators.
      case WantedVariant.Preferred() ->
          devices.equals(Devices.SIMULATED) ? variants : new Placement(bundle, cache).inOrder();
      case WantedVariant.OfBackends(var backends) -> {
        var inOrder =
            backends.stream()
                .flatMap(backend ->
                    variants.stream().filter(variant -> variant.chain().backend().equals(backend)))
                .toList();
        if (inOrder.isEmpty()) {
          throw new Problem(
              Category.BAD_INPUT,
              bundle.folder() + " has nothing for " + String.join(", ", backends) + ".",
              "It is for "
                  + variants.stream()
                      .map(variant -> variant.chain().backend())
                      .distinct()
                      .collect(Collectors.joining(", "))
                  + ".",
              "Name one of these with --backend, or convert the model for the device.");
        }
        yield inOrder;
      }
      case WantedVariant.Named(var name, var origin) -> {
        var named = variants.stream().filter(variant -> variant.name().equals(name)).toList();
        if (named.isEmpty()) {
          throw new Problem(
              Category.BAD_INPUT,
              bundle.folder() + " has no variant \"" + name + "\", which " + origin + " asks for.",
              "It has " + variants.stream().map(Variant::name).toList() + ".",
              "Name one of these, or convert the model again with --precision "
                  + name
                  + " among others.");
        }
        yield named;
      }
    };
  }

  private static List<String> notices(
      Bundle bundle, Variant chosen, List<Variant> candidates, List<Problem> refusals) {
    var notices = new ArrayList<String>();
    for (int i = 0; i < refusals.size(); i++) {
      notices.add(notice(bundle, chosen, candidates.get(i), refusals.get(i)));
    }
    return notices;
  }

  /// Returns whether a problem with a variant is this machine's, where another variant may run, and
  /// not the bundle's.
  public static boolean isOfThisMachine(Problem problem) {
    return problem.category() == Category.UNAVAILABLE || problem.category() == Category.UNSUPPORTED;
  }

  /// Returns why a variant runs in the place of another.
  static String notice(Bundle bundle, Variant chosen, Variant refused, Problem refusal) {
    return "%s runs its variant \"%s\", because \"%s\" cannot run here: %s"
        .formatted(bundle.folder(), chosen.name(), refused.name(), refusal.what());
  }
}
