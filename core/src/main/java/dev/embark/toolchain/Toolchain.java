package dev.embark.toolchain;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A vendor's compiler, as Python packages hold it.
///
/// @param name by which users ask for it
/// @param version of the compiler, of which its folder is named
/// @param home folder in it where its programs, or its modules, begin
/// @param wheels that are unpacked into one folder
/// @param licence under which it is used, in one sentence
public record Toolchain(
    String name, String version, String home, List<Wheel> wheels, String licence) {
  /// SOPHON's compiler and simulator for BM1684X, of which no part is Python.
  public static final Toolchain SOPHON =
      new Toolchain(
          "sophon",
          "1.30.2",
          "tpu_mlir",
          List.of(
              new Wheel(
                  "tpu-mlir",
                  "tpu_mlir-1.30.2-py3-none-any.whl",
                  "542807361c9eeb0777a7bd35e501d8c71cce767e4bce021a3cb3a7c25c35f909",
                  311_886_106L,
                  List.of(
                      "tpu_mlir/bin/tpuc-opt",
                      "tpu_mlir/bin/model_tool",
                      "tpu_mlir/lib/libortools.so.9",
                      "tpu_mlir/lib/libbackend_bm1684x.so",
                      "tpu_mlir/lib/libcpuop.so",
                      "tpu_mlir/lib/libbm1684x_kernel_module.so",
                      "tpu_mlir/lib/libbmrt.so",
                      "tpu_mlir/lib/libbmlib.so.0",
                      "tpu_mlir/lib/libcmodel_bm1684x.so",
                      "tpu_mlir/lib/libcmodel.so",
                      "tpu_mlir/lib/third_party/libdnnl.so.3",
                      "tpu_mlir/lib/third_party/libomp.so.5"))),
          "tpu_mlir is under the 2-clause BSD licence of SOPHGO; its backend and simulator libraries"
              + " are binaries of SOPHGO that it brings along.");

  /// Rockchip's compiler and simulator, which are Python 3.11. Torch, which it asks for and never
  /// calls on this road, is not among them.
  public static final Toolchain RKNN =
      new Toolchain(
          "rknn",
          "2.5.0",
          "",
          RknnWheels.ALL,
          "rknn-toolkit2 is Rockchip's, for \"the design, development and testing of applications"
              + " compatible with Rockchip Products\" only; the packages it needs are under free"
              + " licences.");

  private static final List<Toolchain> ALL = List.of(RKNN, SOPHON);

  public Toolchain {
    wheels = List.copyOf(wheels);
  }

  /// A file of a package index.
  ///
  /// @param project name of the package in an index
  /// @param file name of the file
  /// @param sha256 of the file
  /// @param size of the file, in bytes
  /// @param members files of it that are needed; all of them where none is named
  public record Wheel(String project, String file, String sha256, long size, List<String> members) {
    public Wheel {
      members = List.copyOf(members);
    }
  }

  /// Returns all that there are.
  public static List<Toolchain> all() {
    return ALL;
  }

  /// Returns the one of a name.
  public static Optional<Toolchain> named(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// Returns how much is fetched, in bytes.
  public long size() {
    return wheels.stream().mapToLong(Wheel::size).sum();
  }

  /// Returns whether this machine can run it.
  boolean runs(String system, String processor) {
    return system.startsWith("Linux") && Arrays.asList("amd64", "x86_64").contains(processor);
  }
}
