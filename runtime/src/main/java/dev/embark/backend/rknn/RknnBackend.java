package dev.embark.backend.rknn;

import dev.embark.backend.Backend;
import dev.embark.backend.Executable;
import dev.embark.backend.Pace;
import dev.embark.toolchain.Toolchain;
import dev.embark.toolchain.rknn.RknnToolkit;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/// Rockchip's NPUs: a board with its runtime, or the simulator of the toolkit.
public final class RknnBackend implements Backend {
  /// Name by which a bundle's stages ask for this backend.
  public static final String NAME = "rknn";

  private final String version;
  private final Pace pace;
  private final Function<Path, Trunk> open;

  private RknnBackend(String version, Pace pace, Function<Path, Trunk> open) {
    this.version = version;
    this.pace = pace;
    this.open = open;
  }

  /// Returns the NPU of this machine; throws a `Problem` of category `UNAVAILABLE` where there is
  /// no runtime for one.
  ///
  /// @param environment variables, of which `NPU_CORE_MASK` says which cores compute, and
  ///   `RKNN_EMBEDDER_PATH` names a copy of the bundle's file
  public static RknnBackend ofDevice(Map<String, String> environment) {
    return ofLibrary(
        RknnLibrary.load(),
        Board.ofThisMachine(),
        CoreMask.of(environment),
        Elsewhere.of(environment));
  }

  /// Returns the NPU that a library other than the system's leads to.
  public static RknnBackend ofLibrary(Path library) {
    return ofLibrary(
        RknnLibrary.load(library),
        Board.ofThisMachine(),
        CoreMask.of(Map.of()),
        Elsewhere.of(Map.of()));
  }

  static RknnBackend ofLibrary(
      RknnLibrary library, Board board, CoreMask cores, Elsewhere elsewhere) {
    return new RknnBackend(
        library.build(),
        Pace.DEVICE,
        file -> DeviceTrunk.open(library, board, cores, elsewhere.of(file)));
  }

  /// Returns the simulator: operation by operation in 16 bits, seconds a text.
  ///
  /// @param folder of the toolkit's modules
  public static RknnBackend ofSimulator(Path folder) {
    var toolkit = RknnToolkit.in(folder);
    return new RknnBackend(
        "simulator " + Toolchain.RKNN.version(),
        Pace.EMULATOR,
        file -> SimulatedTrunk.open(toolkit, file));
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

  @Override
  public Executable open(Path file) {
    return new TrunkExecutable(open.apply(file));
  }
}
