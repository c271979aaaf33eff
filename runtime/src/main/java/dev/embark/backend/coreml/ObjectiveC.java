package dev.embark.backend.coreml;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Messages to Objective-C objects.
///
/// Only integers and pointers are sent, which take the same registers, so that one handle for each
/// number of arguments is enough; it is never a variadic one, whose arguments lie elsewhere on
/// arm64. What throws an `NSException` ends the process: names, shapes and types have to be right
/// before they are sent.
final class ObjectiveC {
  private static final String CORE_ML = "/System/Library/Frameworks/CoreML.framework/CoreML";
  private static final String RUNTIME = "/usr/lib/libobjc.A.dylib";

  private final SymbolLookup library;
  private final MethodHandle classNamed;
  private final MethodHandle selectorNamed;
  private final MethodHandle push;
  private final MethodHandle pop;
  private final Map<Integer, MethodHandle> messages = new ConcurrentHashMap<>();
  private final Map<String, Long> types = new ConcurrentHashMap<>();
  private final Map<String, Long> selectors = new ConcurrentHashMap<>();

  ObjectiveC(SymbolLookup library) {
    this.library = library;
    this.classNamed = function("objc_getClass", answering(1));
    this.selectorNamed = function("sel_registerName", answering(1));
    this.push = function("objc_autoreleasePoolPush", answering(0));
    this.pop = function("objc_autoreleasePoolPop", silent(1));
  }

  /// Loads the runtime and the framework; throws a `Problem` of category `UNAVAILABLE` where this
  /// is no Mac.
  @SuppressWarnings("restricted") // Both libraries are parts of the system.
  static ObjectiveC ofSystem() {
    try {
      var framework = SymbolLookup.libraryLookup(CORE_ML, Arena.global());
      var runtime = SymbolLookup.libraryLookup(RUNTIME, Arena.global());
      return new ObjectiveC(runtime.or(framework));
    } catch (IllegalArgumentException e) {
      throw new Problem(
          Category.UNAVAILABLE,
          "Core ML is not on this machine.",
          String.valueOf(e.getMessage()),
          "Run it on macOS 14 or later.",
          e);
    }
  }

  private static FunctionDescriptor answering(int arguments) {
    return silent(arguments).changeReturnLayout(ValueLayout.JAVA_LONG);
  }

  private static FunctionDescriptor silent(int arguments) {
    var layouts = new MemoryLayout[arguments];
    Arrays.fill(layouts, ValueLayout.JAVA_LONG);
    return FunctionDescriptor.ofVoid(layouts);
  }

  @SuppressWarnings("restricted") // The functions are the runtime's, with their own signatures.
  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    var address =
        library
            .find(name)
            .orElseThrow(() ->
                new Problem(
                    Category.UNAVAILABLE,
                    "The Objective-C runtime has no " + name + ".",
                    "",
                    "Run it on macOS 14 or later."));
    return Linker.nativeLinker().downcallHandle(address, descriptor);
  }

  private static long call(MethodHandle function, Object... arguments) {
    try {
      var answer = function.invokeWithArguments(arguments);
      return answer instanceof Long number ? number : 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Returns a class; throws a `Problem` of category `UNAVAILABLE` where there is none of that
  /// name.
  long type(String name) {
    return types.computeIfAbsent(name, this::loaded);
  }

  private long loaded(String name) {
    try (var arena = Arena.ofConfined()) {
      long type = call(classNamed, arena.allocateFrom(name).address());
      if (type == 0) {
        throw new Problem(
            Category.UNAVAILABLE,
            "This system has no class " + name + ".",
            "It is older than Core ML programs are.",
            "Run it on macOS 14 or later.");
      }
      return type;
    }
  }

  /// Sends a message, and returns its answer; nil answers 0 to everything.
  long send(long receiver, String selector, long... arguments) {
    var function =
        messages.computeIfAbsent(
            arguments.length, count -> function("objc_msgSend", answering(count + 2)));
    var all = new Object[arguments.length + 2];
    all[0] = receiver;
    all[1] = selector(selector);
    for (int i = 0; i < arguments.length; i++) {
      all[i + 2] = arguments[i];
    }
    return call(function, all);
  }

  private long selector(String name) {
    return selectors.computeIfAbsent(
        name,
        _ -> {
          try (var arena = Arena.ofConfined()) {
            return call(selectorNamed, arena.allocateFrom(name).address());
          }
        });
  }

  /// Begins a pool: what is made from here on without being kept is given back by [#pop], on the
  /// same thread, which must not be a virtual one.
  long push() {
    return call(push);
  }

  void pop(long pool) {
    call(pop, pool);
  }

  /// Returns an `NSString`, valid until the pool ends.
  long string(String text) {
    try (var arena = Arena.ofConfined()) {
      return send(type("NSString"), "stringWithUTF8String:", arena.allocateFrom(text).address());
    }
  }

  /// Returns the text of an `NSString`.
  String text(long string) {
    long address = string == 0 ? 0 : send(string, "UTF8String");
    return address == 0 ? "" : memory(address, Long.MAX_VALUE).getString(0);
  }

  /// Returns an `NSArray` of objects.
  long array(long... objects) {
    try (var arena = Arena.ofConfined()) {
      return send(
          type("NSArray"),
          "arrayWithObjects:count:",
          arena.allocateFrom(ValueLayout.JAVA_LONG, objects).address(),
          objects.length);
    }
  }

  /// Returns an `NSNumber`.
  long number(long value) {
    return send(type("NSNumber"), "numberWithLongLong:", value);
  }

  /// Returns the integers of an `NSArray` of `NSNumber`s.
  List<Long> numbers(long array) {
    var numbers = new ArrayList<Long>();
    long count = send(array, "count");
    for (long i = 0; i < count; i++) {
      numbers.add(send(send(array, "objectAtIndex:", i), "longLongValue"));
    }
    return numbers;
  }

  /// Returns bytes that an object has.
  @SuppressWarnings("restricted") // The object says how many they are.
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /// A message whose last argument is a place for an `NSError`.
  interface Fallible {
    long send(long error);
  }

  /// Returns the object that a message answers; throws a `Problem` of category `BAD_INPUT` where it
  /// is nil, as the error alone says nothing.
  long require(String what, Fallible message) {
    try (var arena = Arena.ofConfined()) {
      var error = arena.allocate(ValueLayout.JAVA_LONG);
      long answer = message.send(error.address());
      if (answer == 0) {
        var why = text(send(error.get(ValueLayout.JAVA_LONG, 0), "localizedDescription"));
        throw new Problem(
            Category.BAD_INPUT,
            "Core ML cannot " + what + ".",
            why.isEmpty() ? "It does not say why." : why,
            "See `embark inspect`, and convert the model again.");
      }
      return answer;
    }
  }

  /// Returns an object of its own, which has to be released.
  long keep(long object) {
    return send(object, "retain");
  }

  void release(long object) {
    send(object, "release");
  }
}
