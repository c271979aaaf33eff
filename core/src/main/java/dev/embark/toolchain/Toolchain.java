package dev.embark.toolchain;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A vendor's compiler, as its Python package holds it.
///
/// @param name by which users ask for it
/// @param project name of the package in an index
/// @param wheel name of the file
/// @param sha256 of the file
/// @param size of the file, in bytes
/// @param members files of it that are needed, all of which are unpacked
/// @param licence under which it is used, in one sentence
public record Toolchain(
    String name,
    String version,
    String project,
    String wheel,
    String sha256,
    long size,
    List<String> members,
    String licence) {
  /// SOPHON's compiler and simulator for BM1684X, of which no part is Python.
  public static final Toolchain SOPHON =
      new Toolchain(
          "sophon",
          "1.30.2",
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
              "tpu_mlir/lib/third_party/libomp.so.5"),
          "tpu_mlir is under the 2-clause BSD licence of SOPHGO; its backend and simulator libraries"
              + " are binaries of SOPHGO that it brings along.");

  private static final List<Toolchain> ALL = List.of(SOPHON);

  public Toolchain {
    members = List.copyOf(members);
  }

  /// Returns all that there are.
  public static List<Toolchain> all() {
    return ALL;
  }

  /// Returns the one of a name.
  public static Optional<Toolchain> named(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /// Returns whether this machine can run it.
  boolean runs(String system, String processor) {
    return system.startsWith("Linux") && Arrays.asList("amd64", "x86_64").contains(processor);
  }
}
