package dev.embark.cli;

import dev.embark.bundle.Bundle;
import dev.embark.checkpoint.Description;
import dev.embark.convert.Conversion;
import dev.embark.convert.Corpus;
import dev.embark.convert.Precision;
import dev.embark.convert.Quantizing;
import dev.embark.convert.Quantizing.Keeping;
import dev.embark.convert.Recipe;
import dev.embark.convert.Shapes;
import dev.embark.convert.Target;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.report.BundlePage;
import dev.embark.source.Wanted;
import dev.embark.target.coreml.MilOpset;
import dev.embark.target.onnx.Flavor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `embark convert`: a checkpoint becomes a verified bundle.
@Command(
    name = "convert",
    description = "Takes a model on board: converts it, proves the result, writes a bundle.")
final class ConvertCommand implements Action {
  private static final int BATCH_MAX = 1_024;
  private static final int SEQUENCE_MAX = 131_072;

  /// The SOPHON device that was tried, in its simulator.
  private static final String CHIP = "bm1684x";

  /// Of files of one length: long enough for most queries and passages.
  private static final int USUAL_SEQUENCE = 128;

  /// What deployments of all-MiniLM-L6-v2 on boards of Rockchip's have.
  private static final int RKNN_SEQUENCE = 256;

  @Parameters(
      paramLabel = "MODEL",
      description =
          "A folder, an ONNX file, owner/name[@revision], or maven:group:artifact:version.")
  private String model;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Where the bundle goes; must not exist.")
  private Path output;

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      defaultValue = "onnx",
      description =
          "onnx (default); coreml: an .mlpackage for iOS and macOS; rknn: a .rknn for RK3588"
              + " and its kin; sophon: a .bmodel for BM1684X. The last two need `embark toolchain"
              + " install`.")
  private String target;

  @Option(
      names = "--precision",
      paramLabel = "P",
      split = ",",
      description =
          "fp32 (default; of rknn and sophon fp16), fp16, int8, int8-weights, int4; of sophon also bf16,"
              + " and w8fp16 for int8-weights; several, separated by commas, make one bundle with a"
              + " variant of each.")
  private List<String> precisions = new ArrayList<>();

  @Option(
      names = "--flavor",
      paramLabel = "F",
      description =
          "portable: every ONNX runtime reads it; ort: faster, ONNX Runtime only. By default int8 is"
              + " ort and all others are portable.")
  private Optional<String> flavor = Optional.empty();

  @Option(
      names = "--sequence",
      paramLabel = "N",
      description =
          "Fix the length to N tokens, for runtimes that need to know it; 128 for coreml and sophon, 256 for rknn, or what"
              + " the model takes if that is less.")
  private Optional<Integer> sequence = Optional.empty();

  @Option(
      names = {"--buckets", "--sequences"},
      paramLabel = "N",
      split = ",",
      description =
          "Several lengths for coreml, rknn and sophon, such as 32,64,128,256,512: each text is filled up to the next"
              + " one. For coreml a package for each, or one package with a program for each where"
              + " --minimum-os is 18.")
  private List<Integer> buckets = new ArrayList<>();

  @Option(
      names = "--chip",
      paramLabel = "C",
      description =
          "The device of --to rknn: rk3588 (default), rk3576, rk3568, rk3566, rk3562 or rv1126b; of"
              + " sophon bm1684x.")
  private Optional<String> chip = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Fix the number of texts computed at a time; 1 where --sequence is given.")
  private Optional<Integer> batch = Optional.empty();

  @Option(
      names = "--minimum-os",
      paramLabel = "V",
      description =
          "The oldest iOS that a Core ML package is for: 16 (macOS 13), 17 (macOS 14, default), 18"
              + " (macOS 15).")
  private Optional<String> minimumOs = Optional.empty();

  @Option(
      names = "--calibrate",
      paramLabel = "FILE",
      description = "Calibrate int8 and int4 on these texts, one a line, instead of Embark's own.")
  private Optional<Path> calibration = Optional.empty();

  @Option(
      names = "--keep",
      paramLabel = "NAME",
      split = ",",
      description =
          "Keep the layers of these names (* for any characters) in fp32, and quantise all others,"
              + " instead of choosing by measurement; none: quantise all.")
  private List<String> keep = new ArrayList<>();

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description = "Also compare with these vectors (.jsonl with text and embedding).")
  private List<Path> references = new ArrayList<>();

  @Option(
      names = "--skip-verification",
      description = "Do not prove the result; the bundle says so at every use.")
  private boolean skipVerification;

  @Mixin private ModelOptions options = new ModelOptions();

  @Override
  public Answer run(Console console) {
    var recipes = recipes();
    var quantizing = quantizing();
    var bundle = convert(console, new Workshop(console), recipes, quantizing);
    bundle.notices().forEach(console::note);
    BundleReport.print(bundle, console);
    var document = BundleReport.document(bundle);
    if (!skipVerification) {
      var page = bundle.file(BundlePage.FILE_NAME);
      writePage(bundle, page, console);
      document.put("report", page.toString());
    }
    return Answer.done(() -> document);
  }

  private static void writePage(Bundle bundle, Path page, Console console) {
    var cache = new Workshop(console).cache();
    new BundlePage(bundle, Map.of(), cache, console.progress()).write(page);
    console.line(BundleReport.field("report") + page);
  }

  private Bundle convert(
      Console console, Workshop workshop, List<Recipe> recipes, Quantizing quantizing) {
    var fetched = workshop.fetch(model, Wanted.EVERYTHING);
    var description = Description.read(fetched, options.instructions());
    var known = description.pipeline().notes();
    known.forEach(console::note);
    var order =
        new Conversion.Order(
            fetched.reference().portableText(),
            fetched.revision(),
            description,
            recipes,
            quantizing,
            skipVerification ? Conversion.Trust.UNVERIFIED : Conversion.Trust.VERIFIED,
            references,
            output);
    var machine = new Conversion.Machine(workshop::backend, workshop.cache());
    var bundle = new Conversion(order, machine, console.progress()).run();
    bundle.manifest().pipeline().notes().stream()
        .filter(note -> !known.contains(note))
        .forEach(console::note);
    return bundle;
  }

  private List<Recipe> recipes() {
    var wanted =
        precisions.isEmpty()
            ? List.of(isOfDevice() ? Precision.FP16 : Precision.FP32)
            : precisions.stream().map(this::wanted).distinct().toList();
    return switch (target) {
      case Target.Onnx.KEY -> {
        requireAbsent("--minimum-os", minimumOs.isPresent());
        requireAbsent("--buckets", !buckets.isEmpty());
        requireAbsent("--chip", chip.isPresent());
        var chosen = flavor.map(name -> choice("--flavor", name, Flavor.values(), Flavor::key));
        var shapes = shapes();
        yield wanted.stream()
            .map(precision ->
                Recipe.of(precision, chosen.orElseGet(precision::usualFlavor)).with(shapes))
            .toList();
      }
      case Target.CoreMl.KEY -> {
        requireNothingOfOnnx();
        requireAbsent("--chip", chip.isPresent());
        var packaged = Target.CoreMl.of(model, opset());
        var lengths = lengths(USUAL_SEQUENCE);
        yield wanted.stream()
            .map(precision -> Recipe.coreMl(precision, packaged, lengths))
            .toList();
      }
      case Target.Rknn.KEY -> {
        requireNothingOfOnnx();
        requireAbsent("--minimum-os", minimumOs.isPresent());
        yield rknn(wanted);
      }
      case Target.Sophon.KEY -> {
        requireNothingOfOnnx();
        requireAbsent("--minimum-os", minimumOs.isPresent());
        yield sophon(wanted);
      }
      default ->
          throw unknown(
              "--to",
              target,
              String.join(
                  ", ", Target.Onnx.KEY, Target.CoreMl.KEY, Target.Rknn.KEY, Target.Sophon.KEY));
    };
  }

  private boolean isOfDevice() {
    return List.of(Target.Rknn.KEY, Target.Sophon.KEY).contains(target);
  }

  /// Returns the recipe for an NPU, and that of an ONNX file for machines without one.
  private List<Recipe> rknn(List<Precision> wanted) {
    if (!wanted.equals(List.of(Precision.FP16))) {
      throw new Problem(
          Category.UNSUPPORTED,
          "--to rknn is fp16 only.",
          "In 8 bits the toolkit's vectors are wrong: cosines of 0.3 to 0.99 are measured.",
          "Leave --precision out.");
    }
    var name =
        choice("--chip", chip.orElse("rk3588"), Target.Rknn.CHIPS.toArray(String[]::new), c -> c);
    var device = new Target.Rknn(Target.name(model), name);
    return List.of(Recipe.rknn(device, lengths(RKNN_SEQUENCE)), Recipe.onnx(Flavor.PORTABLE));
  }

  /// Returns the recipes for a device, and that of an ONNX file for machines without one.
  private List<Recipe> sophon(List<Precision> wanted) {
    var name = choice("--chip", chip.orElse(CHIP), new String[] {CHIP}, c -> c);
    var device = new Target.Sophon(Target.name(model), name);
    var lengths = lengths(USUAL_SEQUENCE);
    var recipes = new ArrayList<Recipe>();
    wanted.forEach(precision -> recipes.add(Recipe.sophon(precision, device, lengths)));
    recipes.add(Recipe.onnx(Flavor.PORTABLE));
    return recipes;
  }

  /// Returns the lengths of texts that packages are made for.
  private List<Integer> lengths(int usual) {
    if (buckets.isEmpty()) {
      return List.of(size("--sequence", sequence.orElse(usual), SEQUENCE_MAX));
    }
    requireAbsent("--sequence beside --buckets", sequence.isPresent());
    return buckets.stream().map(length -> size("--buckets", length, SEQUENCE_MAX)).toList();
  }

  private void requireNothingOfOnnx() {
    requireAbsent("--flavor", flavor.isPresent());
    requireAbsent("--batch", batch.isPresent());
    requireAbsent("--calibrate", calibration.isPresent());
    requireAbsent("--keep", !keep.isEmpty());
  }

  private void requireAbsent(String option, boolean isGiven) {
    if (isGiven) {
      throw new Problem(
          Category.WRONG_USAGE,
          option + " says nothing to --to " + target + ".",
          "",
          "Leave it out; see `embark convert --help`.");
    }
  }

  private MilOpset opset() {
    return minimumOs
        .map(version ->
            choice(
                "--minimum-os",
                version,
                MilOpset.values(),
                opset -> Integer.toString(opset.minimumOs())))
        .orElse(MilOpset.COREML7);
  }

  /// Returns the precision of a name; SOPHON's compiler has names of its own.
  private Precision wanted(String name) {
    boolean isTheirs = target.equals(Target.Sophon.KEY) && name.equals("w8fp16");
    return isTheirs ? Precision.INT8_WEIGHTS : precision(name);
  }

  /// Returns the precision of a name on the command line.
  static Precision precision(String name) {
    return choice("--precision", name, Precision.values(), Precision::key);
  }

  private Shapes shapes() {
    if (sequence.isEmpty()) {
      if (batch.isPresent()) {
        throw new Problem(
            Category.WRONG_USAGE,
            "--batch needs --sequence.",
            "A file of fixed shape has both sizes fixed.",
            "Give --sequence N as well.");
      }
      return new Shapes.Dynamic();
    }
    return new Shapes.Fixed(
        size("--batch", batch.orElse(1), BATCH_MAX),
        size("--sequence", sequence.get(), SEQUENCE_MAX));
  }

  private static int size(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw unknown(option, Integer.toString(value), "1 to " + most);
    }
    return value;
  }

  private Quantizing quantizing() {
    return new Quantizing(
        calibration.map(Corpus::read).orElseGet(Corpus::shipped),
        keep.isEmpty() ? new Keeping.Measured() : new Keeping.Named(keep));
  }

  private static <T> T choice(String option, String value, T[] known, Function<T, String> key) {
    return Arrays.stream(known)
        .filter(each -> key.apply(each).equals(value))
        .findFirst()
        .orElseThrow(() ->
            unknown(
                option, value, Arrays.stream(known).map(key).collect(Collectors.joining(", "))));
  }

  private static Problem unknown(String option, String value, String known) {
    return new Problem(
        Category.WRONG_USAGE,
        option + " " + value + " is not known; known: " + known + ".",
        "",
        "See `embark convert --help`.");
  }
}
