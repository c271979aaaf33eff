package dev.embark.source;

import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The model of a jar in a folder of its own: the one ONNX file and every JSON file outside
/// `META-INF`, under their last names, and a list of their sizes (`.embark-unpacked.json`).
///
/// The folder appears by a rename, so it is there with all its files or not at all.
final class UnpackedJar {
  private static final String LIST = ".embark-unpacked.json";
  private static final int ENTRIES_MAX = 100_000;
  private static final int FILES_MAX = 32;
  private static final long ONNX_BYTES_MAX = 64L << 30;
  private static final long JSON_BYTES_MAX = 64L << 20;
  private static final int BLOCK_BYTES = 1 << 16;

  private final Path folder;

  UnpackedJar(Path folder) {
    this.folder = folder;
  }

  /// Returns whether every file that was unpacked is there with its size.
  boolean isComplete() {
    var sizes = sizes();
    return !sizes.isEmpty()
        && sizes.entrySet().stream().allMatch(file -> hasSize(file.getKey(), file.getValue()));
  }

  private boolean hasSize(String name, long size) {
    try {
      var file = folder.resolve(name);
      return Files.isRegularFile(file) && Files.size(file) == size;
    } catch (IOException e) {
      return false;
    }
  }

  List<Path> files() {
    return sizes().keySet().stream().map(Path::of).toList();
  }

  private Map<String, Long> sizes() {
    var sizes = new TreeMap<String, Long>();
    var list = folder.resolve(LIST);
    if (Files.isRegularFile(list)) {
      try {
        for (Map.Entry<String, JsonNode> file : Json.readObject(list).properties()) {
          if (RelativeName.isSafe(file.getKey())) {
            sizes.put(file.getKey(), file.getValue().longValue(-1));
          }
        }
      } catch (Problem e) {
        // A damaged list is as good as none: the jar is unpacked again.
        return new TreeMap<>();
      }
    }
    return sizes;
  }

  /// Unpacks the jar in place of what is there; the caller holds the folder's lock. `owner` says in
  /// errors whose jar it is.
  void unpack(Path jar, String owner) throws IOException {
    var temporary = folder.resolveSibling(folder.getFileName() + ".incomplete");
    delete(temporary);
    Files.createDirectories(temporary);
    try (var zip = open(jar, owner)) {
      var list = Json.object();
      for (var file : chosen(zip, jar, owner).entrySet()) {
        list.put(file.getKey(), copy(zip, file.getValue(), temporary.resolve(file.getKey()), jar));
      }
      Files.writeString(temporary.resolve(LIST), Json.pretty(list));
      delete(folder);
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(temporary);
    }
  }

  private static ZipFile open(Path jar, String owner) throws IOException {
    try {
      return new ZipFile(jar.toFile());
    } catch (FileSystemException e) {
      throw e;
    } catch (ZipException e) {
      throw damaged(jar, owner + " is not a jar.", e);
    }
  }

  private static Problem damaged(Path jar, String what, IOException cause) {
    return new Problem(
        Category.BAD_INPUT,
        what,
        Reasons.of(cause),
        "Delete " + jar + ", so that Maven fetches it again.",
        cause);
  }

  private static Map<String, ZipEntry> chosen(ZipFile zip, Path jar, String owner) {
    var chosen = new TreeMap<String, ZipEntry>();
    int onnx = 0;
    if (zip.size() > ENTRIES_MAX) {
      throw refused(owner, zip.size() + " entries; at most " + ENTRIES_MAX + " are read.");
    }
    for (var entry : (Iterable<ZipEntry>) () -> zip.stream().map(ZipEntry.class::cast).iterator()) {
      var name = RelativeName.last(entry.getName());
      var isOnnx = name.toLowerCase(Locale.ROOT).endsWith(".onnx");
      var isJson =
          name.toLowerCase(Locale.ROOT).endsWith(".json")
              && !entry.getName().startsWith("META-INF/");
      if (entry.isDirectory() || !(isOnnx || isJson)) {
        continue;
      }
      if (!RelativeName.isSafe(entry.getName()) || name.startsWith(".")) {
        throw refused(owner, "an entry \"" + entry.getName() + "\", which leads elsewhere.");
      }
      if (entry.getSize() > (isOnnx ? ONNX_BYTES_MAX : JSON_BYTES_MAX)) {
        throw refused(owner, entry.getSize() + " bytes in " + entry.getName() + ".");
      }
      if (chosen.put(name, entry) != null || chosen.size() > FILES_MAX) {
        throw refused(owner, "several files " + name + ", or more than " + FILES_MAX + " files.");
      }
      onnx += isOnnx ? 1 : 0;
    }
    if (onnx != 1) {
      throw new Problem(
          Category.BAD_INPUT,
          owner + " carries " + onnx + " ONNX files, expected 1.",
          "Embark takes a model from a jar that holds one ONNX file and its tokenizer.",
          "Look into " + jar + "; for a file of your own, name the ONNX file itself.");
    }
    return chosen;
  }

  private static Problem refused(String owner, String has) {
    return new Problem(
        Category.BAD_INPUT,
        owner + " has " + has,
        "No jar of a model looks like that.",
        "Take the model from a source you trust.");
  }

  /// Copies an entry and returns its size. A class path never checks the sums of a jar; this does.
  private static long copy(ZipFile zip, ZipEntry entry, Path file, Path jar) throws IOException {
    long size = 0;
    var sum = new CRC32();
    try (var out = Files.newOutputStream(file);
        var in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
      var block = new byte[BLOCK_BYTES];
      for (int count = read(in, block, entry, jar);
          count >= 0 && size <= entry.getSize();
          count = read(in, block, entry, jar)) {
        out.write(block, 0, count);
        size += count;
      }
    }
    if (size != entry.getSize() || sum.getValue() != entry.getCrc()) {
      throw damaged(
          jar, entry.getName() + " is damaged.", new ZipException("size or checksum do not match"));
    }
    return size;
  }

  private static int read(InputStream in, byte[] block, ZipEntry entry, Path jar) {
    try {
      return in.read(block);
    } catch (IOException e) {
      throw damaged(jar, entry.getName() + " is damaged.", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }
}
