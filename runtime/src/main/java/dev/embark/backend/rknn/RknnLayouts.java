package dev.embark.backend.rknn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/// The structures of `librknnrt`'s interface on 64-bit machines, as far as they are used.
final class RknnLayouts {
  static final StructLayout COUNTS =
      MemoryLayout.structLayout(JAVA_INT.withName("n_input"), JAVA_INT.withName("n_output"));

  static final StructLayout ATTRIBUTE =
      MemoryLayout.structLayout(
          JAVA_INT.withName("index"),
          JAVA_INT.withName("n_dims"),
          MemoryLayout.sequenceLayout(16, JAVA_INT).withName("dims"),
          MemoryLayout.sequenceLayout(256, JAVA_BYTE).withName("name"),
          JAVA_INT.withName("n_elems"),
          JAVA_INT.withName("size"),
          JAVA_INT.withName("fmt"),
          JAVA_INT.withName("type"),
          JAVA_INT.withName("qnt_type"),
          JAVA_BYTE.withName("fl"),
          MemoryLayout.paddingLayout(3),
          JAVA_INT.withName("zp"),
          JAVA_FLOAT.withName("scale"),
          JAVA_INT.withName("w_stride"),
          JAVA_INT.withName("size_with_stride"),
          JAVA_BYTE.withName("pass_through"),
          MemoryLayout.paddingLayout(3),
          JAVA_INT.withName("h_stride"));

  static final StructLayout INPUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("index"),
          MemoryLayout.paddingLayout(4),
          ADDRESS.withName("buf"),
          JAVA_INT.withName("size"),
          JAVA_BYTE.withName("pass_through"),
          MemoryLayout.paddingLayout(3),
          JAVA_INT.withName("type"),
          JAVA_INT.withName("fmt"));

  static final StructLayout OUTPUT =
      MemoryLayout.structLayout(
          JAVA_BYTE.withName("want_float"),
          JAVA_BYTE.withName("is_prealloc"),
          MemoryLayout.paddingLayout(2),
          JAVA_INT.withName("index"),
          ADDRESS.withName("buf"),
          JAVA_INT.withName("size"),
          MemoryLayout.paddingLayout(4));

  static final StructLayout VERSION =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(256, JAVA_BYTE).withName("api_version"),
          MemoryLayout.sequenceLayout(256, JAVA_BYTE).withName("drv_version"));

  static final StructLayout MEMORY =
      MemoryLayout.structLayout(
          JAVA_INT.withName("total_weight_size"),
          JAVA_INT.withName("total_internal_size"),
          JAVA_LONG.withName("total_dma_allocated_size"),
          JAVA_INT.withName("total_sram_size"),
          JAVA_INT.withName("free_sram_size"),
          MemoryLayout.sequenceLayout(10, JAVA_INT).withName("reserved"));

  private RknnLayouts() {}

  static long at(StructLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
