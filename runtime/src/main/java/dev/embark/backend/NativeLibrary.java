package dev.embark.backend;

import dev.embark.bundle.FileDigest;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// Functions of a C library by their names.
public record NativeLibrary(SymbolLookup symbols) {
  /// Where Linux says which files a process has mapped.
  private static final Path MAPPED = Path.of("/proc/self/maps");

  private static final Linker LINKER = Linker.nativeLinker();

  /// Returns what the C library itself has.
  public static NativeLibrary ofC() {
    return new NativeLibrary(LINKER.defaultLookup());
  }

  /// Returns a function; throws `IllegalArgumentException` where the library has none of that name.
  ///
  /// @param descriptor as the library's header declares it
  @SuppressWarnings("restricted") // The signatures are those of the headers.
  public MethodHandle function(String name, FunctionDescriptor descriptor) {
    var address =
        symbols
            .find(name)
            .orElseThrow(() -> new IllegalArgumentException("There is no function " + name + "."));
    return LINKER.downcallHandle(address, descriptor);
  }

  /// Returns a word that changes when another build of a library is loaded, so that what was proven
  /// with one is proven anew with the next: the digest of the file, by whatever path the system
  /// found it.
  ///
  /// @param name of the file, or how it begins, such as `librknnrt.so`
  public static String build(String name) {
    try (var mapped = Files.lines(MAPPED)) {
      var file =
          mapped
              .map(line -> line.substring(line.lastIndexOf(' ') + 1))
              .filter(path -> path.substring(path.lastIndexOf('/') + 1).startsWith(name))
              .findFirst();
      return file.isEmpty() ? name : name + " " + FileDigest.of(Path.of(file.get())).sha256();
    } catch (IOException _) {
      // Systems other than Linux do not say what they have loaded, and have no such devices.
      return name;
    }
  }

  /// Calls a function, none of which throws.
  public static Object call(MethodHandle function, Object... arguments) {
    try {
      return function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
