package dev.embark;

import dev.embark.backend.Backend;
import dev.embark.backend.onnxruntime.OnnxRuntimeBackend;
import dev.embark.backend.table.TableBackend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Chain;
import dev.embark.embed.ModelFiles;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The runtimes that Embark has, and which of them runs a bundle here.
public final class Backends {
  private Backends() {}

  /// A way to run a bundle on this machine.
  ///
  /// @param notices why it is not the one the bundle prefers; empty if it is
  public record Choice(ModelFiles files, Backend backend, List<String> notices) {
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
      case TableBackend.NAME -> new TableBackend();
      default -> // an open set of words, of which this version knows these
          throw new Problem(
              Category.UNSUPPORTED,
              "There is no runtime \"" + name + "\".",
              "This Embark has " + List.of(OnnxRuntimeBackend.NAME, TableBackend.NAME) + ".",
              "Convert the model with --to onnx.");
    };
  }

  /// Returns the first chain of a bundle whose runtime this machine can load, with the runtime;
  /// throws the `Problem` of the first chain where there is none.
  public static Choice choose(Bundle bundle, Path cache) {
    var refusals = new ArrayList<Problem>();
    for (var chain : bundle.manifest().chains()) {
      try {
        var backend = load(chain.stages().getFirst().backend(), cache);
        return new Choice(ModelFiles.of(bundle, chain), backend, notices(bundle, chain, refusals));
      } catch (Problem e) {
        if (e.category() != Category.UNAVAILABLE && e.category() != Category.UNSUPPORTED) {
          throw e;
        }
        refusals.add(e);
      }
    }
    throw refusals.getFirst();
  }

  private static List<String> notices(Bundle bundle, Chain chosen, List<Problem> refusals) {
    var notices = new ArrayList<String>();
    for (int i = 0; i < refusals.size(); i++) {
      notices.add(
          bundle.folder()
              + " runs its chain \""
              + chosen.name()
              + "\", because \""
              + bundle.manifest().chains().get(i).name()
              + "\" cannot run here: "
              + refusals.get(i).what());
    }
    return notices;
  }
}
