package dev.embark.cli.doctor;

/// The local Maven repository, where models that come as Maven artifacts are kept.
final class MavenRepositoryCheck implements Check {
  @Override
  public Finding examine(Host host) {
    var folder = host.home(".m2", "repository");
    return Finding.ok("Maven repository", folder + ", " + FolderSize.of(folder));
  }
}
