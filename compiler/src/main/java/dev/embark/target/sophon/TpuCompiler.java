package dev.embark.target.sophon;

import dev.embark.format.bmodel.BmodelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.process.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The vendor's compiler, a program without Python: text and weights to a `.bmodel`.
///
/// The four calls are those of `model_deploy` in tpu_mlir 1.30.2, of which each writes what the
/// next one reads.
///
/// @param toolchain unpacked folder with `bin` and `lib`
/// @param limit of each call
public record TpuCompiler(Path toolchain, Duration limit) {
  /// Codes of a block share a scale where weights are narrower than what they meet.
  private static final int BLOCK = 64;

  /// Exit codes of programs that a signal ends: 128 and its number.
  private static final int KILLED = 128 + 9;

  private static final int TERMINATED = 128 + 15;
  private static final int FILE_TOO_LARGE = 128 + 25;

  /// Lines of a good run: sizes, and a bar of progress.
  private static final Pattern NOISE = Pattern.compile("\\[DBG]|\\] ?\\d+%");

  /// What the device computes in.
  public enum Mode {
    F16,
    BF16,
    F32,
    W8F16;

    private int block() {
      return this == W8F16 ? BLOCK : 0;
    }

    private String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Compiles what [SophonTarget] wrote into `folder`, and returns the file. Throws a `Problem` of
  /// category `UNSUPPORTED` where the compiler refuses it.
  public Path compile(String net, String chip, Mode mode, Path folder) {
    var tuned = net + "_" + mode.key() + "_tpu";
    var placed = net + "_" + mode.key() + "_final.mlir";
    var file = folder.resolve(net + ".bmodel");
    call(
        folder,
        SophonTarget.text(folder, net).getFileName().toString(),
        "--struct-optimize",
        "--shape-infer",
        "--canonicalize",
        "--extra-optimize",
        "-o",
        net + ".mlir");
    call(
        folder,
        net + ".mlir",
        "--processor-assign=chip=%s mode=%s num_device=1 num_core=1 addr_mode=auto high_precision=False"
            .formatted(chip, mode.name()),
        "--processor-top-optimize",
        ("--convert-top-to-tpu=weightFileName=%s_weights.npz asymmetric=False doWinograd=False"
                + " q_group_size=%d q_symmetric=False matmul_perchannel=False gelu_mode=normal")
            .formatted(tuned, mode.block()),
        "--canonicalize",
        "--weight-fold",
        "-o",
        tuned + ".mlir");
    call(
        folder,
        tuned + ".mlir",
        "--mlir-disable-threading",
        "--strip-io-quant=quant_input=False quant_output=False quant_input_list="
            + " quant_output_list= quant_output_bf16=False quant_input_int8=False"
            + " quant_output_int8=False ",
        "--processor-tpu-optimize",
        "--dev-parallel",
        "--weight-reorder",
        "--subnet-divide=dynamic=False",
        "--op-reorder",
        "--topo-sort",
        "--layer-group=opt=2 group_by_cores=auto compress_mode=none debugger=0"
            + " disable_group_overlap=false lgcache=true config_filename= enable_lghash=False"
            + " lghash_dir=",
        "--affine-opt",
        "--core-parallel",
        "--after-layergroup-weight-reorder",
        "--address-assign",
        "-o",
        placed);
    call(
        folder,
        placed,
        ("--codegen=model_file=%s embed_debug_info=False model_version=latest bmodel_only=False"
                + " gdma_check=False rvti=False")
            .formatted(file.getFileName()),
        "-o",
        "/dev/null");
    requireWritten(file, List.of(net));
    return file;
  }

  /// Puts networks into one file, in which those of the same weights share them.
  ///
  /// @param folder in which the tool works, and the result lies
  public Path combine(List<Path> files, String name, Path folder) {
    var target = folder.resolve(name);
    var command = new ArrayList<String>();
    command.add(toolchain.resolve("bin/model_tool").toString());
    command.add("--combine");
    files.forEach(file -> command.add(file.toAbsolutePath().toString()));
    command.addAll(List.of("-o", target.toAbsolutePath().toString()));
    run(command, folder);
    requireWritten(target, names(files));
    return target;
  }

  private void call(Path folder, String... arguments) {
    var command = new ArrayList<String>();
    command.add(toolchain.resolve("bin/tpuc-opt").toString());
    command.addAll(List.of(arguments));
    run(command, folder);
  }

  private void run(List<String> command, Path folder) {
    var ended = new Child(command, folder, environment(), limit).run();
    if (ended.exitCode() != 0) {
      throw failure(Path.of(command.getFirst()).getFileName().toString(), ended);
    }
  }

  private static Problem failure(String program, Child.Ended ended) {
    var said = said(ended);
    return switch (ended.exitCode()) {
      case KILLED, TERMINATED ->
          new Problem(
              Category.UNAVAILABLE,
              "SOPHON's compiler was stopped from outside (%s, exit code %d)."
                  .formatted(program, ended.exitCode()),
              "Somebody ended it, or the system did for want of memory.",
              "Try again, with more memory or a shorter --sequence.");
      case FILE_TOO_LARGE ->
          new Problem(
              Category.UNWRITABLE,
              "SOPHON's compiler may not write files of the size that it needs (%s)."
                  .formatted(program),
              "There is a limit on the size of files.",
              "Raise it: `ulimit -f`.");
      default -> // an assertion of the vendor's, 134, among them
          new Problem(
              Category.UNSUPPORTED,
              "SOPHON's compiler refuses the model (%s, exit code %d)."
                  .formatted(program, ended.exitCode()),
              said,
              "Report it with the name of the model; ONNX may work meanwhile.");
    };
  }

  /// Returns the end of what it printed, without the noise of a good run.
  private static String said(Child.Ended ended) {
    return ended
        .tail()
        .lines()
        .filter(line -> !NOISE.matcher(line).find())
        .collect(Collectors.joining("\n"));
  }

  /// The wheel brings a C library of its own, which does not go with another system's loader: that
  /// of this machine has to be found first.
  private Map<String, String> environment() {
    var variables = new TreeMap<String, String>();
    variables.put("TPUC_ROOT", toolchain.toString());
    var libraries =
        List.of("/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib").stream()
            .filter(folder -> Files.exists(Path.of(folder, "libc.so.6")))
            .findFirst()
            .orElse("/lib");
    variables.put("LD_LIBRARY_PATH", libraries);
    return variables;
  }

  private static List<String> names(List<Path> files) {
    return files.stream()
        .flatMap(file -> BmodelFile.read(file).networks().stream())
        .map(BmodelFile.Network::name)
        .toList();
  }

  /// A compiler that fails late, or whose disk is full, may leave an empty file, or a part of one,
  /// and say nothing.
  private static void requireWritten(Path file, List<String> nets) {
    try {
      var written = BmodelFile.read(file).networks().stream().map(BmodelFile.Network::name);
      if (written.toList().equals(nets)) {
        return;
      }
    } catch (Problem e) {
      throw notWritten(file, e.what());
    }
    throw notWritten(file, "It does not hold " + nets + ".");
  }

  private static Problem notWritten(Path file, String why) {
    return new Problem(
        Category.UNSUPPORTED,
        "SOPHON's compiler ended well and wrote no " + file.getFileName() + ".",
        why,
        "Check the space left beside the bundle.");
  }
}
