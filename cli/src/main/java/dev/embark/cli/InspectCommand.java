package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.checkpoint.Checkpoint;
import dev.embark.checkpoint.Description;
import dev.embark.checkpoint.WeightFiles;
import dev.embark.cli.doctor.ByteText;
import dev.embark.family.Families;
import dev.embark.format.bmodel.BmodelFile;
import dev.embark.format.json.Json;
import dev.embark.format.mlprogram.MlPackage;
import dev.embark.format.onnx.OnnxFile;
import dev.embark.format.rknn.RknnFile;
import dev.embark.format.safetensors.Safetensors;
import dev.embark.format.torch.TorchFile;
import dev.embark.graph.Printer;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.Fetched;
import dev.embark.source.ModelReference;
import dev.embark.source.Wanted;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `embark inspect`: what a model, a weight file or a bundle holds, and what Embark would do.
///
/// What Embark cannot convert is shown as far as its files go; only what cannot be read at all is
/// an error.
@Command(
    name = "inspect",
    description = "Shows architecture, pipeline, tensors and sizes, and what Embark would do.")
final class InspectCommand implements Action {
  @Parameters(
      paramLabel = "MODEL|FILE|DIR",
      description =
          "A model as `embark convert` takes it, an .onnx, .safetensors, .bin, .pt, .rknn or .bmodel file,"
              + " an .mlpackage, or a bundle.")
  private String subject;

  @Option(
      names = "--tensors",
      description = "List every tensor; of a model on the hub, fetch the weights for it.")
  private boolean tensors;

  @Option(
      names = "--graph",
      description = "Print the graph Embark builds of a model, one line a node.")
  private boolean graph;

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Answer run(Console console) {
    var folder = Workshop.bundleAt(subject);
    if (folder.isPresent()) {
      var bundle = Bundle.open(folder.get());
      BundleReport.print(bundle, console);
      return Answer.done(() -> BundleReport.document(bundle));
    }
    var document = Json.object();
    if (subject.replaceFirst("/+$", "").endsWith(MlPackage.EXTENSION)) {
      name("package", console, document);
      return coreMl(Path.of(subject), console, document);
    } else if (subject.endsWith(BmodelFile.EXTENSION)) {
      name("file", console, document);
      bmodel(Path.of(subject), console, document);
    } else if (subject.endsWith(RknnFile.EXTENSION)) {
      name("file", console, document);
      RknnFileReport.print(Path.of(subject), console, document);
    } else if (holdsTensors(subject) && Files.isRegularFile(Path.of(subject))) {
      name("file", console, document);
      tensors(Path.of(subject), console, document);
    } else {
      var reference = ModelReference.parse(subject);
      model(new Workshop(console).fetch(subject, wanted(reference)), console, document);
    }
    return Answer.done(() -> document);
  }

  private void name(String kind, Console console, ObjectNode document) {
    document.put(kind, subject);
    console.line(BundleReport.field(kind) + subject);
  }

  /// Weights are fetched only for those who ask for what is in them; what lies here is shown.
  private Wanted wanted(ModelReference reference) {
    return switch (reference) {
      case ModelReference.HubRepository _ ->
          tensors || graph ? Wanted.EVERYTHING : Wanted.WITHOUT_WEIGHTS;
      case ModelReference.Folder _, ModelReference.OnnxFile _, ModelReference.MavenArtifact _ ->
          Wanted.EVERYTHING;
    };
  }

  private static boolean holdsTensors(String file) {
    return file.endsWith(".safetensors") || isTorch(file);
  }

  private static boolean isTorch(String file) {
    return file.endsWith(".bin") || file.endsWith(".pt");
  }

  private void tensors(Path file, Console console, ObjectNode document) {
    boolean torch = isTorch(file.toString());
    try (var arena = Arena.ofConfined()) {
      var list = TensorList.of(torch ? TorchFile.open(file, arena) : Safetensors.open(file, arena));
      var format = torch ? "pytorch" : "safetensors";
      document.put("format", format).put("bytes", size(file));
      console.line(BundleReport.field("format") + format + ", " + ByteText.of(size(file)));
      show(list, console, document);
    }
  }

  private static Answer coreMl(Path folder, Console console, ObjectNode document) {
    try (var arena = Arena.ofConfined()) {
      var report = new PackageReport(MlPackage.open(folder, arena));
      report.print(console);
      report.writeTo(document);
      return report.isDefective()
          ? Answer.failed(Category.BAD_INPUT, () -> document)
          : Answer.done(() -> document);
    }
  }

  private static void bmodel(Path file, Console console, ObjectNode document) {
    var model = BmodelFile.read(file);
    console.line(
        BundleReport.field("format")
            + "SOPHON %s, %s, compiled %s, %s"
                .formatted(
                    model.chip(), model.version(), model.time(), ByteText.of(model.bytes())));
    document
        .put("format", "bmodel")
        .put("chip", model.chip())
        .put("version", model.version())
        .put("bytes", model.bytes())
        .put("weight_bytes", model.weightBytes());
    console.line(BundleReport.field("weights") + ByteText.of(model.weightBytes()));
    var networks = document.putArray("networks");
    for (var network : model.networks()) {
      console.line(BundleReport.field("network") + network.name());
      var node = networks.addObject().put("name", network.name());
      for (var stage : network.stages()) {
        put("inputs", stage.inputs(), console, node);
        put("outputs", stage.outputs(), console, node);
      }
    }
  }

  private static void put(
      String title, List<BmodelFile.Tensor> tensors, Console console, ObjectNode network) {
    var list = network.withArray(title);
    for (var tensor : tensors) {
      console.line(
          BundleReport.field(title) + tensor.name() + " " + tensor.type() + " " + tensor.shape());
      var entry = list.addObject().put("name", tensor.name()).put("type", tensor.type());
      tensor.shape().forEach(entry.withArray("shape")::add);
    }
  }

  private void show(TensorList list, Console console, ObjectNode document) {
    console.line(BundleReport.field("tensors") + list.summary());
    if (tensors) {
      list.print(console);
    }
    list.writeTo(document);
  }

  private void model(Fetched fetched, Console console, ObjectNode document) {
    console.line(
        BundleReport.field("model")
            + fetched.reference().text()
            + (fetched.revision().isEmpty() ? "" : " @ " + fetched.revision()));
    document.put("model", fetched.reference().text()).put("revision", fetched.revision());
    document.put("folder", fetched.root().toString());
    var weights = WeightFiles.find(fetched);
    files(fetched, console, document);
    switch (weights) {
      case WeightFiles.None() ->
          console.line(BundleReport.field("tensors") + "the weights are not here");
      case WeightFiles.Single(var file) -> tensors(file, console, document);
      case WeightFiles.Sharded(var index) -> {
        try (var arena = Arena.ofConfined()) {
          show(TensorList.of(Safetensors.openIndex(index, arena)), console, document);
        }
      }
      case WeightFiles.Torch(var file) -> tensors(file, console, document);
      case WeightFiles.TorchSharded(var index) -> {
        try (var arena = Arena.ofConfined()) {
          show(TensorList.of(TorchFile.openIndex(index, arena)), console, document);
        }
      }
      case WeightFiles.OnnxExport(var file) -> onnx(file, console, document);
    }
    plan(fetched, console, document);
  }

  private static void files(Fetched fetched, Console console, ObjectNode document) {
    var list = document.putArray("files");
    long total = 0;
    for (var file : fetched.files()) {
      long bytes = size(fetched.root().resolve(file));
      list.addObject().put("path", file.toString().replace('\\', '/')).put("bytes", bytes);
      total += bytes;
    }
    console.line(
        BundleReport.field("files")
            + fetched.files().size()
            + " in "
            + fetched.root()
            + ", "
            + ByteText.of(total));
  }

  private void onnx(Path file, Console console, ObjectNode document) {
    try (var arena = Arena.ofConfined()) {
      var report = new OnnxFileReport(OnnxFile.read(file, arena), size(file));
      report.print(console);
      if (tensors) {
        report.tensors().print(console);
      }
      report.writeTo(document);
    }
  }

  /// Says how a text would become a vector and what a conversion would do, or why it would not.
  private void plan(Fetched fetched, Console console, ObjectNode document) {
    var plan = document.putObject("plan");
    try {
      var description = Description.read(fetched, options.instructions());
      console.line(
          BundleReport.field("config") + String.join(", ", description.config().architectures()));
      var architectures = document.putArray("architectures");
      description.config().architectures().forEach(architectures::add);
      BundleReport.printPipeline(description.pipeline(), console);
      description
          .pipeline()
          .notes()
          .forEach(note -> console.line(BundleReport.field("note") + note));
      document.set("pipeline", description.pipeline().toJson());
      if (description.weights() instanceof WeightFiles.None) {
        unseen(description, console, plan);
      } else {
        build(description, console, plan);
      }
    } catch (Problem e) {
      console.line(BundleReport.field("plan") + "`embark convert` would refuse it:");
      for (var sentence : List.of(e.what(), e.why(), e.remedy())) {
        sentence.lines().forEach(line -> console.line(BundleReport.field("") + line));
      }
      plan.put("accepted", false)
          .put("category", e.category().name())
          .put("what", e.what())
          .put("why", e.why())
          .put("remedy", e.remedy());
    }
  }

  private static void unseen(Description description, Console console, ObjectNode plan) {
    var family = Families.supporting(description.config());
    console.line(
        BundleReport.field("plan")
            + family
            + ": `embark convert` would take it, if its weights fit the configuration");
    plan.put("accepted", true).put("family", family);
  }

  private void build(Description description, Console console, ObjectNode plan) {
    try (var checkpoint = Checkpoint.open(description)) {
      var model = Families.build(checkpoint);
      console.line(
          BundleReport.field("plan")
              + String.format(
                  Locale.ROOT,
                  "%s: %d layers, hidden %d, %s parameters, %d nodes; `embark convert` would take"
                      + " it",
                  model.family(),
                  model.layers(),
                  model.hiddenSize(),
                  TensorList.count(model.graph().parameterCount()),
                  model.graph().nodes().size()));
      plan.put("accepted", true)
          .put("family", model.family())
          .put("layers", model.layers())
          .put("hidden_size", model.hiddenSize())
          .put("parameters", model.graph().parameterCount());
      if (graph) {
        console.line(Printer.print(model.graph()).stripTrailing());
      }
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
  }
}
