package dev.embark.target.coreml;

import dev.embark.format.mlprogram.MilOperation;
import dev.embark.format.mlprogram.MilValue;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.target.coreml.Damage.Base;
import dev.embark.testing.Surgery;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Damages to the files of a package, and to how they refer to each other.
final class FileDamages {
  private static final int HEADER = 64;

  private FileDamages() {}

  static List<Damage> all() {
    return Stream.of(manifests(), models(), weights(), places()).flatMap(List::stream).toList();
  }

  private static List<Damage> manifests() {
    return List.of(
        Damage.manifest(
            "root of the manifest", "Identifier\": \"", "Identifier\": \"x", "none of its items"),
        Damage.manifest("path of an item", "weights\"\n", "heavy\"\n", "which is not there"),
        Damage.manifest("version of the manifest", "1\\.0\\.0", "1.1.0", "fileFormatVersion"),
        Damage.manifest("author of an item", "\"author\"", "\"writer\"", "no text \"author\""),
        Damage.manifest(
            "description of an item", "\"description\": \"[^\"]*\",", "", "description"),
        Damage.manifest("items of the manifest", "itemInfoEntries", "entries", "none of its items"),
        Damage.manifest("no JSON", "\\{", "", "Manifest.json"),
        Damage.manifest(
            "weights that are not listed",
            ",\\s*\"[0-9a-f-]*\": \\{[^}]*weights\"\\s*\\}",
            "",
            "the manifest does not list"));
  }

  private static List<Damage> models() {
    return List.of(
        new Damage(
            "no model",
            Base.FP32,
            folder -> Files.delete(folder.resolve(Surgery.MODEL)),
            "model.mlmodel, which is not there"),
        new Damage(
            "no weights",
            Base.FP32,
            folder -> Files.delete(folder.resolve(Surgery.WEIGHTS)),
            "weight.bin"),
        Damage.bytes(
            "model cut",
            Surgery.MODEL,
            bytes -> Arrays.copyOf(bytes, bytes.length - 9),
            "model.mlmodel"),
        Damage.bytes(
            "field that no message has",
            Surgery.MODEL,
            bytes -> {
              var longer = Arrays.copyOf(bytes, bytes.length + 2);
              longer[bytes.length] = 0x78;
              return longer;
            },
            "field 15 of Model is not known"),
        Damage.bytes(
            "a network instead of a program",
            Surgery.MODEL,
            bytes -> new byte[] {0x08, 0x04, (byte) 0xA2, 0x1F, 0x00},
            "is no Core ML program: its kind is field 500"));
  }

  private static List<Damage> weights() {
    return List.of(
        Damage.weights("version of the weights", 4, 1, "its version is 1, expected 2"),
        Damage.weights("number of blobs", 0, 1 << 20, "where blob"),
        Damage.weights("reserved byte", 12, 1, "a reserved byte is not 0"),
        Damage.weights("sentinel", HEADER, 0xEFBEADDE, "no blob begins here"),
        Damage.weights("type of a blob", HEADER + 4, 99, "99 is no type of elements"),
        Damage.weights("size of a blob", HEADER + 8, 4, "damaged at byte"),
        Damage.weights("size beyond the file", HEADER + 12, 1, "leave the file"),
        Damage.weights("place of the data", HEADER + 16, 4, "its data are said to be at 4"),
        Damage.weights("padding of a blob", HEADER + 24, 8, "bits of its last byte"),
        Damage.bytes(
            "weights cut by 4 KiB",
            Surgery.WEIGHTS,
            bytes -> Arrays.copyOf(bytes, bytes.length - 4096),
            "weight.bin is damaged"),
        Damage.bytes(
            "weights cut by a byte",
            Surgery.WEIGHTS,
            bytes -> Arrays.copyOf(bytes, bytes.length - 1),
            "leave the file"),
        Damage.bytes(
            "bytes after the weights",
            Surgery.WEIGHTS,
            bytes -> Arrays.copyOf(bytes, bytes.length + HEADER),
            "follow the last blob"));
  }

  private static List<Damage> places() {
    return List.of(
        blob(
            "data instead of metadata",
            old -> new MilValue.Blob(old.file(), old.offset() + HEADER)),
        new Damage(
            "file that is not beside the model",
            Base.FP32,
            folder ->
                Surgery.edit(
                    folder,
                    model ->
                        moved(model, old -> new MilValue.Blob("weights/weight.bin", old.offset()))),
            "which does not begin with @model_path/"),
        new Damage(
            "another file",
            Base.FP32,
            folder ->
                Surgery.edit(
                    folder,
                    model ->
                        moved(
                            model,
                            old -> new MilValue.Blob("@model_path/weights/w.bin", old.offset()))),
            "w.bin"),
        blob("blob of another size", old -> new MilValue.Blob(old.file(), HEADER)));
  }

  private static Damage blob(String name, UnaryOperator<MilValue.Blob> edit) {
    boolean isInside = name.startsWith("data");
    return Damage.model(
        name,
        Base.FP32,
        model -> moved(model, edit),
        isInside ? "where no blob begins" : "its blob holds");
  }

  /// Returns the model in which the last constant from the weight file lies elsewhere.
  private static MlModel moved(MlModel model, UnaryOperator<MilValue.Blob> edit) {
    return Surgery.bodies(
        model,
        function -> {
          var operations = new ArrayList<>(function.operations());
          for (int i = operations.size() - 1; i >= 0; i--) {
            var value = operations.get(i).attributes().get("val");
            if (value != null && value.content() instanceof MilValue.Blob blob) {
              var attributes = new TreeMap<>(operations.get(i).attributes());
              attributes.put("val", new MilValue(value.type(), value.shape(), edit.apply(blob)));
              operations.set(
                  i, new MilOperation("const", Map.of(), operations.get(i).outputs(), attributes));
              return Surgery.with(function, operations);
            }
          }
          throw new AssertionError("no constant lies in a file");
        });
  }
}
