package dev.embark.verify;

import dev.embark.backend.Backend;
import dev.embark.bundle.Bundle;
import dev.embark.bundle.Limits;
import dev.embark.bundle.Proof;
import dev.embark.bundle.Stamp;
import dev.embark.bundle.Variant;
import dev.embark.embed.Engine;
import dev.embark.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Proves a variant of a bundle when it is used on a machine for the first time: all files are
/// hashed, and the proof is replayed. Later uses find a [Stamp] and lose no time.
public final class FirstUse {
  private final Bundle bundle;
  private final Variant variant;
  private final Stamp stamp;

  /// Prepares the check of a variant that `backend` is to run.
  ///
  /// @param cache folder of the `MachineCache`, where the stamp is kept
  public FirstUse(Bundle bundle, Variant variant, Backend backend, Path cache) {
    this.bundle = bundle;
    this.variant = variant;
    this.stamp = new Stamp(bundle, variant, Machine.describe(backend), cache);
  }

  /// Proves the variant unless that has been done, and returns what the user should be told.
  public List<String> check(Engine engine, Progress progress) {
    var notices = new ArrayList<>(bundle.notices());
    if (!stamp.holds()) {
      prove(engine, progress);
      note().ifPresent(notices::add);
    }
    return notices;
  }

  /// Hashes all files and replays the proof, whatever was noted before; throws a `Problem` where
  /// that fails. Where verification was skipped there is nothing to replay.
  public void prove(Engine engine, Progress progress) {
    bundle.checkDigests(progress);
    switch (variant.proof()) {
      case Proof.Skipped() -> {}
      case Proof.Proven proven ->
          Replay.run(
                  engine,
                  References.read(bundle.file(proven.references()), engine.pipeline()),
                  limits(proven),
                  progress)
              .requirePass();
    }
  }

  /// Returns what a proof holds the outputs of its model against, by their names in the model's
  /// file.
  public static Map<String, Limits> limits(Proof.Proven proof) {
    return proof.outputs().stream()
        .collect(Collectors.toMap(Proof.Steadiness::output, Proof.Steadiness::limits));
  }

  /// Notes that the bundle is proven here, as a converter does after its PASS; returns what the
  /// user should be told.
  public Optional<String> note() {
    return switch (stamp.write()) {
      case Stamp.Outcome.Written() -> Optional.empty();
      case Stamp.Outcome.NotWritten(var reason) ->
          Optional.of(
              "The proof of "
                  + bundle.folder()
                  + " is repeated at every use, because the cache cannot be written: "
                  + reason);
    };
  }
}
