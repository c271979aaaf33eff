package dev.embark.bundle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// In which order a machine takes the variants of a bundle: that of the manifest, unless they have
/// been timed there.
///
/// The note lies in `placed/` of the [MachineCache]. It names variants and nothing else; which of
/// them are right is for proofs to say.
public final class Placement {
  private final List<Variant> variants;
  private final MachineNote note;

  /// Reads what is known of a bundle.
  ///
  /// @param cache folder of the [MachineCache]
  public Placement(Bundle bundle, Path cache) {
    this.variants = bundle.manifest().variants();
    this.note = MachineNote.of(cache, "placed", bundle, "");
  }

  /// Returns all variants, the fastest first where that is known; those that were not timed keep
  /// their order behind the others.
  public List<Variant> inOrder() {
    var known = note.read().map(text -> text.lines().toList()).orElse(List.of());
    var sorted = new ArrayList<>(variants);
    sorted.sort(
        Comparator.comparingInt(variant -> {
          int place = known.indexOf(variant.name());
          return place < 0 ? known.size() : place;
        }));
    return List.copyOf(sorted);
  }

  /// Notes the names of variants that have been timed, the fastest first.
  public Stamp.Outcome write(List<String> fastestFirst) {
    return note.write(String.join("\n", fastestFirst));
  }
}
