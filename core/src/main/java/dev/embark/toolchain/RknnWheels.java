package dev.embark.toolchain;

import dev.embark.toolchain.Toolchain.Wheel;
import java.util.List;

/// What Rockchip's compiler needs, in versions that go together: onnx 1.19 and numpy 2 do not.
final class RknnWheels {
  static final List<Wheel> ALL =
      List.of(
          wheel(
              "rknn-toolkit2",
              "rknn_toolkit2-2.5.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "21922dd3037503a2934fea24cbbf6eccda586158178636ae28a2ac658e710055",
              37_715_556L),
          wheel(
              "fast-histogram",
              "fast_histogram-0.14-cp39-abi3-manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "1f2f1d4b091fa065fc1991dd10f06812cfba7549622bf63f7888ac1c8c7ed9bb",
              55_426L),
          wheel(
              "flatbuffers",
              "flatbuffers-25.12.19-py2.py3-none-any.whl",
              "7634f50c427838bb021c2d66a3d1168e9d199b0607e6329399f04846d42e20b4",
              26_661L),
          wheel(
              "numpy",
              "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "666dbfb6ec68962c033a450943ded891bed2d54e6755e35e5835d63f4f6931d5",
              18_252_005L),
          wheel(
              "onnx",
              "onnx-1.17.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "4a183c6178be001bf398260e5ac2c927dc43e7746e8638d6c05c20e321f8c949",
              16_048_190L),
          wheel(
              "onnxruntime",
              "onnxruntime-1.26.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
              "11a8df4dcfe9ad5ff0bd71a7571dbed019fabc7594676c89fe8b86ea029c246f",
              18_176_043L),
          wheel(
              "opencv-python-headless",
              "opencv_python_headless-4.11.0.86-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
              "0e0a27c19dd1f40ddff94976cfe43066fbbe9dfbb2ec1907d66c19caef42a57b",
              49_969_856L),
          wheel(
              "packaging",
              "packaging-26.3-py3-none-any.whl",
              "d7193f7c8e4e93f444fde0262bf90af30e16fa0ad0ad44cb553c87339b23cd1c",
              129_956L),
          wheel(
              "protobuf",
              "protobuf-4.25.4-cp37-abi3-manylinux2014_x86_64.whl",
              "3319e073562e2515c6ddc643eb92ce20809f5d8f10fead3332f71c63be6a7040",
              294_612L),
          wheel(
              "psutil",
              "psutil-7.2.2-cp36-abi3-manylinux2010_x86_64.manylinux_2_12_x86_64.manylinux_2_28_x86_64.whl",
              "076a2d2f923fd4821644f5ba89f059523da90dc9014e85f8e45a5774ca5bc6f9",
              155_560L),
          wheel(
              "ruamel-yaml",
              "ruamel_yaml-0.19.1-py3-none-any.whl",
              "27592957fedf6e0b62f281e96effd28043345e0e66001f97683aa9a40c667c93",
              118_102L),
          wheel(
              "scipy",
              "scipy-1.17.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
              "43af8d1f3bea642559019edfe64e9b11192a8978efbd1539d7bc2aaa23d92de4",
              35_349_300L),
          wheel(
              "setuptools",
              "setuptools-80.9.0-py3-none-any.whl",
              "062d34222ad13e0cc312a4c02d73f059e86a4acbfbdea8f8f76b28c99f306922",
              1_201_486L),
          wheel(
              "tqdm",
              "tqdm-4.70.1-py3-none-any.whl",
              "c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73",
              80_199L));

  private RknnWheels() {}

  private static Wheel wheel(String project, String file, String sha256, long size) {
    return new Wheel(project, file, sha256, size, List.of());
  }
}
