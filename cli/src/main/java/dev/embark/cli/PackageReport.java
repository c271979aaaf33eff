package dev.embark.cli;

import dev.embark.cli.doctor.ByteText;
import dev.embark.format.mlprogram.BlobFile;
import dev.embark.format.mlprogram.Feature;
import dev.embark.format.mlprogram.MlModel;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.mlprogram.Signature;
import dev.embark.format.mlprogram.rules.Finding;
import dev.embark.format.mlprogram.rules.PackageRules;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/// What an `.mlpackage` holds, for people and for programs.
final class PackageReport {
  private final MlPackage opened;
  private final List<Finding> findings;

  PackageReport(MlPackage opened) {
    this.opened = opened;
    this.findings = PackageRules.check(opened);
  }

  /// Returns whether a device would refuse the package.
  boolean isDefective() {
    return findings.stream().anyMatch(each -> each.severity() == Finding.Severity.DEFECT);
  }

  void print(Console console) {
    console.line(
        BundleReport.field("format")
            + "Core ML program, specification "
            + opened.model().specificationVersion()
            + ", "
            + String.join(", ", opsets().values()));
    signatures()
        .forEach((name, signature) -> {
          if (signatures().size() > 1) {
            console.line(BundleReport.field("function") + name);
          }
          print("inputs", signature.inputs(), console);
          print("outputs", signature.outputs(), console);
          print("states", signature.states(), console);
        });
    console.line(BundleReport.field("weights") + weights());
    console.line(BundleReport.field("operators") + told(operators()));
    opened
        .model()
        .description()
        .metadata()
        .userDefined()
        .forEach((key, value) -> console.line(BundleReport.field("metadata") + key + " " + value));
    if (findings.isEmpty()) {
      console.line(BundleReport.field("rules") + "sound: nothing speaks against it");
    }
    findings.forEach(finding -> console.line(BundleReport.field(word(finding)) + finding));
  }

  private static String word(Finding finding) {
    return finding.severity().name().toLowerCase(Locale.ROOT);
  }

  private static void print(String title, List<Feature> features, Console console) {
    var label = title;
    for (var feature : features) {
      console.line(
          BundleReport.field(label)
              + feature.name()
              + " "
              + feature.type()
              + " "
              + feature.shape());
      label = "";
    }
  }

  /// Returns how each function is called, by its name.
  private Map<String, Signature> signatures() {
    var description = opened.model().description();
    var signatures = new LinkedHashMap<String, Signature>();
    if (description.functions().isEmpty()) {
      signatures.put("main", description.main());
    }
    description
        .functions()
        .forEach(function -> signatures.put(function.name(), function.signature()));
    return signatures;
  }

  private Map<String, String> opsets() {
    var opsets = new TreeMap<String, String>();
    opened.model().functions().forEach((_, each) -> opsets.put(each.opset(), each.opset()));
    return opsets;
  }

  private List<BlobFile.Blob> blobs() {
    return opened.weights().values().stream().flatMap(file -> file.values().stream()).toList();
  }

  private static long bytes(List<BlobFile.Blob> blobs) {
    return blobs.stream().mapToLong(blob -> blob.data().byteSize()).sum();
  }

  private String weights() {
    var byType =
        new TreeMap<>(blobs().stream().collect(Collectors.groupingBy(BlobFile.Blob::type)));
    return byType.isEmpty()
        ? "none in files"
        : byType.entrySet().stream()
            .map(entry ->
                entry.getKey()
                    + ": "
                    + entry.getValue().size()
                    + ", "
                    + ByteText.of(bytes(entry.getValue())))
            .collect(Collectors.joining("; "));
  }

  private Map<String, Integer> operators() {
    var counts = new TreeMap<String, Integer>();
    for (var function : opened.model().functions().values()) {
      function.operations().forEach(operation -> counts.merge(operation.type(), 1, Integer::sum));
    }
    return counts;
  }

  private static String told(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  void writeTo(ObjectNode document) {
    MlModel model = opened.model();
    document.put("format", "mlprogram").put("specification_version", model.specificationVersion());
    var functions = document.putArray("functions");
    signatures()
        .forEach((name, signature) -> {
          var function = functions.addObject().put("name", name);
          write("inputs", signature.inputs(), function);
          write("outputs", signature.outputs(), function);
          write("states", signature.states(), function);
        });
    document.putObject("weights").put("blobs", blobs().size()).put("bytes", bytes(blobs()));
    var operators = document.putObject("operators");
    operators().forEach(operators::put);
    var metadata = document.putObject("metadata");
    model.description().metadata().userDefined().forEach(metadata::put);
    var list = document.putArray("findings");
    for (var finding : findings) {
      list.addObject()
          .put("severity", word(finding))
          .put("code", finding.code().name().toLowerCase(Locale.ROOT))
          .put("where", finding.where())
          .put("what", finding.what());
    }
  }

  private static void write(String title, List<Feature> features, ObjectNode function) {
    var list = function.putArray(title);
    for (var feature : features) {
      var entry = list.addObject().put("name", feature.name()).put("type", feature.type().name());
      feature.shape().forEach(entry.withArray("shape")::add);
    }
  }
}
