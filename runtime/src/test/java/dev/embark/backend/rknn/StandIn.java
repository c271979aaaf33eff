package dev.embark.backend.rknn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// `src/test/c/rknnrt.c`, compiled with the machine's `cc`.
@SuppressWarnings("restricted") // It is our own.
final class StandIn {
  private final Path file;
  private final SymbolLookup symbols;

  private StandIn(Path file) {
    this.file = file;
    this.symbols = SymbolLookup.libraryLookup(file, Arena.global());
  }

  static StandIn compile(Path folder) throws Exception {
    var file = folder.resolve("librknnrt.so");
    var process =
        new ProcessBuilder(
                "cc",
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-o",
                file.toString(),
                Path.of("src", "test", "c", "rknnrt.c").toString())
            .redirectErrorStream(true)
            .start();
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(printed);
    }
    return new StandIn(file);
  }

  RknnLibrary library() {
    return RknnLibrary.load(file);
  }

  int live() {
    return ask("standin_live");
  }

  int misuses() {
    return ask("standin_misuses");
  }

  int mask(int index) {
    return ask("standin_mask", index);
  }

  void failWith(int code, int after) {
    call(function("standin_fail", FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT)), code, after);
  }

  /// Returns sizes of structures and offsets of fields, as the C compiler lays them out.
  Map<String, Long> layouts() {
    try (var arena = Arena.ofConfined()) {
      var text = arena.allocate(1 << 12);
      call(
          function("standin_layouts", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT)), text, 1 << 12);
      var layouts = new HashMap<String, Long>();
      text.getString(0)
          .lines()
          .map(line -> line.split(" ", 2))
          .forEach(line -> layouts.put(line[0], Long.valueOf(line[1])));
      return layouts;
    }
  }

  private int ask(String name, Object... arguments) {
    var types = new MemoryLayout[arguments.length];
    Arrays.fill(types, JAVA_INT);
    return (int) call(function(name, FunctionDescriptor.of(JAVA_INT, types)), arguments);
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
  }

  private static Object call(MethodHandle function, Object... arguments) {
    try {
      var result = function.invokeWithArguments(arguments);
      return result == null ? 0 : result;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Writes a file in the frame of a `.rknn`, which the stand-in computes.
  static Path model(Path file, String chip, int tokens, int values) throws IOException {
    var content =
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0)
            .put("RKNN".getBytes(StandardCharsets.US_ASCII))
            .putInt(tokens)
            .putInt(values)
            .array();
    var json =
        """
        {"target_platform":["%1$s"],"version":"2.5.0",
         "graph":[{"left":"input","right_tensor_id":0},{"left":"input","right_tensor_id":1},
                  {"left":"output","right_tensor_id":2}],
         "norm_tensor":[{"url":"inputs_embeds","size":[1,%2$d,%3$d],"tensor_id":0},
                        {"url":"attn_bias","size":[1,%2$d],"tensor_id":1},
                        {"url":"last_hidden","size":[1,%2$d,%3$d],"tensor_id":2}]}
        """
            .formatted(chip, tokens, values)
            .getBytes(StandardCharsets.UTF_8);
    var bytes = new ByteArrayOutputStream();
    var head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.put("RKNN".getBytes(StandardCharsets.US_ASCII))
        .putInt(0)
        .putLong(6)
        .putLong(content.length);
    bytes.write(head.array());
    bytes.write(content);
    bytes.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
    bytes.write(json);
    return Files.write(file, bytes.toByteArray());
  }
}
