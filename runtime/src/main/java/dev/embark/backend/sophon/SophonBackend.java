package dev.embark.backend.sophon;

import dev.embark.backend.Backend;
import dev.embark.backend.ByLength;
import dev.embark.backend.Executable;
import dev.embark.backend.NativeLibrary;
import dev.embark.backend.Pace;
import dev.embark.format.bmodel.BmodelFile;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.toolchain.Toolchain;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// SOPHON's devices: a board with its driver, or the simulator that comes with the compiler.
public final class SophonBackend implements Backend {
  /// Name by which a bundle's stages ask for this backend.
  public static final String NAME = "sophon";

  private static final String DEVICE = "EMBARK_SOPHON_DEVICE";

  /// The chip that libsophon drives here, as files spell it.
  private static final String CHIP = "BM1684X";

  private static final Path ON_BOARD = Path.of("/opt/sophon/libsophon-current/lib");

  private final String version;
  private final Pace pace;
  private final Function<Path, Networks> open;

  private SophonBackend(String version, Pace pace, Function<Path, Networks> open) {
    this.version = version;
    this.pace = pace;
    this.open = open;
  }

  /// Returns the device of this machine; throws a `Problem` of category `UNAVAILABLE` where there
  /// is none.
  ///
  /// @param environment variables, of which `EMBARK_SOPHON_DEVICE` is the number of the device
  public static SophonBackend ofDevice(Map<String, String> environment) {
    int number = number(environment);
    var library = BmLibrary.load(ON_BOARD);
    return new SophonBackend(
        NativeLibrary.build("libbmrt.so"),
        Pace.DEVICE,
        file -> BmSession.open(library, number, file));
  }

  /// Returns the number of the device that is wanted, that of the first where nobody says.
  static int number(Map<String, String> environment) {
    var word = environment.getOrDefault(DEVICE, "").strip();
    if (word.isEmpty()) {
      return 0;
    }
    if (word.matches("[0-9]{1,3}")) {
      return Integer.parseInt(word);
    }
    throw new Problem(
        Category.WRONG_USAGE,
        DEVICE + "=" + word + " is no number of a device.",
        "`bm-smi` lists them, from 0 on.",
        "Leave it out for the first.");
  }

  /// Returns the simulator: right to the bit and slow.
  ///
  /// @param libraries folder of the compiler's libraries
  public static SophonBackend ofSimulator(Path libraries) {
    return new SophonBackend(
        "simulator " + Toolchain.SOPHON.version(),
        Pace.SIMULATOR,
        file -> SimulatorProcess.open(libraries, file));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public Pace pace() {
    return pace;
  }

  /// Opens a file; one for another chip is refused before the vendor's code sees it.
  @Override
  public Executable open(Path file) {
    var chip = BmodelFile.read(file).chip();
    if (!chip.equals(CHIP)) {
      throw new Problem(
          Category.BAD_INPUT,
          "%s is for the chip %s, this device is a %s.".formatted(file, chip, CHIP),
          "Instructions of one chip mean nothing to another.",
          "Convert the model with --to sophon --chip bm1684x.");
    }
    var positional = PositionalInputs.beside(file);
    var networks = open.apply(file);
    try {
      var byLength = new TreeMap<Integer, NetworkExecutable>();
      for (var network : networks.networks()) {
        var executable = new NetworkExecutable(networks, network, positional.of(network));
        byLength.put(executable.length(), executable);
      }
      return new ByLength(byLength, networks::close);
    } catch (RuntimeException e) {
      networks.close();
      throw e;
    }
  }
}
