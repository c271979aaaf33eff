package dev.embark.backend;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Functions of a C library by their names.
public record NativeLibrary(SymbolLookup symbols) {
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
