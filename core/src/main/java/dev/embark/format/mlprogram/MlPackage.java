package dev.embark.format.mlprogram;

import dev.embark.format.ModelFile;
import dev.embark.format.NewFile;
import dev.embark.format.TensorBytes;
import dev.embark.format.json.Json;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// An `.mlpackage` folder: a manifest, a model, and the weights it refers to.
///
/// ```
/// NAME.mlpackage/
///   Manifest.json
///   Data/com.apple.CoreML/model.mlmodel
///   Data/com.apple.CoreML/weights/weight.bin
/// ```
///
/// See `ModelPackage.cpp` in <https://github.com/apple/coremltools/tree/main/modelpackage/src>. An
/// open package is whole: its listed files are there, and every constant finds a blob of its type
/// and size. Whether the program means anything is not looked at.
///
/// @param weights blobs of each weight file, by its name in the program and their offset
public record MlPackage(MlModel model, Map<String, Map<Long, BlobFile.Blob>> weights) {
  /// How names of packages end.
  public static final String EXTENSION = ".mlpackage";

  private static final String MANIFEST = "Manifest.json";
  private static final String VERSION = "1.0.0";
  private static final String ENTRIES = "itemInfoEntries";
  private static final String ROOT = "rootModelIdentifier";
  private static final String BESIDE_MODEL = "@model_path/";

  /// How constants name the weight file of a package that [#write] makes.
  public static final String WEIGHT_FILE = BESIDE_MODEL + "weights/weight.bin";

  public MlPackage {
    weights = Collections.unmodifiableMap(new TreeMap<>(weights));
  }

  /// Opens a package; throws a `Problem` of category `BAD_INPUT` where it is not whole. Nothing in
  /// the folder is touched.
  ///
  /// @param arena in which the weight files stay mapped
  public static MlPackage open(Path folder, Arena arena) {
    var manifest = folder.resolve(MANIFEST);
    var document = Json.readObject(manifest);
    var items = items(manifest, document);
    var file = model(manifest, document);
    var model = MlModelFile.read(file);
    var weights = new TreeMap<String, Map<Long, BlobFile.Blob>>();
    model.functions().values().stream()
        .flatMap(function -> function.operations().stream())
        .forEach(operation -> new Constants(file, items, operation, weights, arena).check());
    return new MlPackage(model, weights);
  }

  /// Writes a package to `folder`, which must not exist, and whose name should end in [#EXTENSION];
  /// constants of the model refer to [#WEIGHT_FILE], by the offsets of [BlobFile]. The manifest
  /// comes last, so that what is interrupted is no package.
  public static void write(MlModel model, List<BlobFile.Source> weights, Path folder) {
    var file = folder.resolve("Data").resolve(PackageManifest.MODEL);
    try {
      Files.createDirectory(folder);
      Files.createDirectories(file.resolveSibling(weights.isEmpty() ? "." : "weights"));
    } catch (IOException e) {
      throw new Problem(
          Category.UNWRITABLE,
          "Cannot make the folder " + folder + ".",
          String.valueOf(e.getMessage()),
          "Choose another place, and check the space left and the permissions there.",
          e);
    }
    if (!weights.isEmpty()) {
      BlobFile.write(weights, file.resolveSibling(WEIGHT_FILE.substring(BESIDE_MODEL.length())));
    }
    MlModelFile.write(model, file);
    var manifest =
        weights.isEmpty() ? PackageManifest.withoutWeights() : PackageManifest.withWeights();
    try (var output = NewFile.create(folder.resolve(MANIFEST))) {
      var bytes = ByteBuffer.wrap(manifest.getBytes(StandardCharsets.UTF_8));
      output.write(channel -> TensorBytes.writeAll(bytes, channel));
      output.finish();
    }
  }

  /// Returns all files and folders that belong to the package.
  private static Set<Path> items(Path manifest, JsonNode document) {
    var version = text(document, "fileFormatVersion");
    if (!version.equals(VERSION)) {
      throw damaged(manifest, "fileFormatVersion is \"" + version + "\", expected " + VERSION);
    }
    var items = new HashSet<Path>();
    for (var entry : document.path(ENTRIES).properties()) {
      items.add(item(manifest, entry.getKey(), entry.getValue()));
    }
    return items;
  }

  /// Returns the file of the model that the manifest names.
  private static Path model(Path manifest, JsonNode document) {
    var root = text(document, ROOT);
    var item = document.path(ENTRIES).path(root);
    if (item.isMissingNode()) {
      throw damaged(manifest, ROOT + " \"" + root + "\" is none of its items");
    }
    return ModelFile.beside(manifest, "Data/" + text(item, "path"));
  }

  private static Path item(Path manifest, String key, JsonNode item) {
    for (var field : List.of("path", "name", "author", "description")) {
      if (!item.path(field).isString()) {
        throw damaged(manifest, "item " + key + " has no text \"" + field + "\"");
      }
    }
    var data = manifest.resolveSibling("Data").normalize();
    var path = data.resolve(text(item, "path")).normalize();
    if (!path.startsWith(data) || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw damaged(
          manifest, "item " + key + " is Data/" + text(item, "path") + ", which is not there");
    }
    return path;
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asString("");
  }

  private static Problem damaged(Path file, String how) {
    return new Problem(
        Category.BAD_INPUT,
        file + ": " + how + ".",
        "The package is incomplete, or was written by a faulty tool.",
        "Copy it again with all its files, or convert the model again.");
  }

  /// The constants of an operation and the files they lie in.
  private record Constants(
      Path model,
      Set<Path> items,
      MilOperation operation,
      Map<String, Map<Long, BlobFile.Blob>> weights,
      Arena arena) {
    void check() {
      operation.attributes().values().forEach(this::check);
      for (var bindings : operation.inputs().values()) {
        for (var binding : bindings) {
          switch (binding) {
            case MilOperation.Binding.Inline(var value) -> check(value);
            case MilOperation.Binding.Name _ -> {}
          }
        }
      }
    }

    private void check(MilValue value) {
      if (!(value.content() instanceof MilValue.Blob(var file, var offset))) {
        return;
      }
      var blob = weights.computeIfAbsent(file, this::read).get(offset);
      if (blob == null) {
        throw damaged(
            model, this + " refers to byte " + offset + " of " + file + ", where no blob begins");
      }
      long count = count(value);
      if (blob.type() != value.type()
          || blob.data().byteSize() != value.type().bytes(count)
          || blob.paddingBits() != value.type().paddingBits(count)) {
        throw damaged(
            model,
            this
                + " is "
                + value.type()
                + " "
                + value.shape()
                + ", its blob holds "
                + blob.data().byteSize()
                + " bytes of "
                + blob.type());
      }
    }

    private long count(MilValue value) {
      try {
        return value.shape().elementCount();
      } catch (ArithmeticException _) {
        throw damaged(model, this + " is " + value.shape() + ", more than any file holds");
      }
    }

    private Map<Long, BlobFile.Blob> read(String file) {
      if (!file.startsWith(BESIDE_MODEL)) {
        throw damaged(
            model, this + " lies in \"" + file + "\", which does not begin with " + BESIDE_MODEL);
      }
      var path = ModelFile.beside(model, file.substring(BESIDE_MODEL.length())).normalize();
      // Whoever copies a package copies what its manifest lists.
      if (items.stream().noneMatch(path::startsWith)) {
        throw damaged(model, this + " lies in \"" + file + "\", which the manifest does not list");
      }
      return BlobFile.read(path, arena);
    }

    @Override
    public String toString() {
      var name = operation.outputs().stream().map(MilPort::name).findFirst().orElse("");
      return operation.type() + " \"" + name + "\"";
    }
  }
}
