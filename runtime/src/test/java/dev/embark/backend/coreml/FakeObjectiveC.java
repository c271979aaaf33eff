package dev.embark.backend.coreml;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An Objective-C runtime with just enough of Core ML: its functions are called by the same native
/// calls, with the same registers, as those of a Mac. A prediction adds up the ids of attended
/// tokens.
final class FakeObjectiveC {
  private static final long INT32 = 131_104;
  private static final long FLOAT32 = 65_568;

  /// Elements between two rows of a result, more than a row has.
  private static final int PADDED_ROW = 8;

  private final Arena arena = Arena.ofShared();
  private final Map<Long, Object> objects = new HashMap<>();
  private final Map<String, Long> selectors = new HashMap<>();
  private final Map<String, MemorySegment> functions = new HashMap<>();
  private long next = 4096;

  /// Messages in order, as `Class selector`.
  final List<String> sent = new ArrayList<>();

  /// Names of threads that sent them.
  final Set<String> threads = new HashSet<>();

  int pools;
  int owned;
  long units = -1;
  String function = "";
  String failing = "";
  int width = 1;

  private record Type(String name) {}

  private record Numbers(List<Object> list) {}

  private record Failure(String text) {}

  private record Dictionary(Map<String, Object> values) {}

  /// `MLMultiArray`.
  private record Block(List<Long> shape, List<Long> strides, long type, MemorySegment memory) {}

  private record Instance(String type) {}

  FakeObjectiveC() {
    add("objc_getClass", "getClass", 1);
    add("sel_registerName", "register", 1);
    add("objc_autoreleasePoolPush", "push", 0);
    add("objc_autoreleasePoolPop", "pop", 1);
    add("objc_msgSend", "send", 6);
  }

  @SuppressWarnings("restricted")
  private void add(String name, String method, int arguments) {
    var layouts = new MemoryLayout[arguments];
    Arrays.fill(layouts, ValueLayout.JAVA_LONG);
    var types = new Class<?>[arguments];
    Arrays.fill(types, long.class);
    try {
      var handle =
          MethodHandles.lookup().bind(this, method, MethodType.methodType(long.class, types));
      functions.put(
          name,
          Linker.nativeLinker()
              .upcallStub(handle, FunctionDescriptor.of(ValueLayout.JAVA_LONG, layouts), arena));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  SymbolLookup library() {
    return name -> Optional.ofNullable(functions.get(name));
  }

  private long put(Object object) {
    next += 16;
    objects.put(next, object);
    return next;
  }

  @SuppressWarnings("restricted")
  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static String text(long address) {
    return at(address, Long.MAX_VALUE).getString(0);
  }

  @SuppressWarnings("unused") // called by its name
  private long getClass(long name) {
    return put(new Type(text(name)));
  }

  @SuppressWarnings("unused") // called by its name
  private long register(long name) {
    return selectors.computeIfAbsent(text(name), each -> put(new Type(each)));
  }

  @SuppressWarnings("unused") // called by its name
  private long push() {
    return ++pools;
  }

  @SuppressWarnings("unused") // called by its name
  private long pop(long pool) {
    if (pool != pools) {
      sent.add("a pool that is not the latest");
    }
    pools--;
    return 0;
  }

  /// What throws here would end the process, so that it becomes a message instead.
  @SuppressWarnings("unused") // called by its name
  private long send(long self, long selector, long a, long b, long c, long d) {
    try {
      var name = ((Type) requireNonNull(objects.get(selector))).name();
      if (self == 0) {
        return 0;
      }
      var receiver = requireNonNull(objects.get(self));
      threads.add(Thread.currentThread().getName());
      sent.add(
          (receiver instanceof Type(var type) ? type : receiver.getClass().getSimpleName())
              + " "
              + name);
      if (name.equals(failing)) {
        long error = name.startsWith("modelWith") ? c : b;
        at(error, 8).set(ValueLayout.JAVA_LONG, 0, put(new Failure("it will not")));
        return 0;
      }
      return answer(self, receiver, name, new long[] {a, b, c, d});
    } catch (RuntimeException | Error e) {
      sent.add("threw " + e);
      return 0;
    }
  }

  private long answer(long self, Object receiver, String name, long[] given) {
    return switch (name) {
      case "stringWithUTF8String:" -> put(text(given[0]));
      case "localizedDescription" -> put(((Failure) receiver).text());
      case "UTF8String" -> arena.allocateFrom((String) receiver).address();
      case "numberWithLongLong:" -> put(given[0]);
      case "longLongValue" -> (Long) receiver;
      case "arrayWithObjects:count:" -> put(new Numbers(objects(given[0], given[1])));
      case "count" -> ((Numbers) receiver).list().size();
      case "objectAtIndex:" -> put(((Numbers) receiver).list().get((int) given[0]));
      case "dictionaryWithObjects:forKeys:count:" -> {
        var values = objects(given[0], given[2]);
        var keys = objects(given[1], given[2]);
        var dictionary = new HashMap<String, Object>();
        for (int i = 0; i < values.size(); i++) {
          dictionary.put((String) keys.get(i), values.get(i));
        }
        yield put(new Dictionary(dictionary));
      }
      case "fileURLWithPath:", "featureValueWithMultiArray:" -> given[0];
      case "compileModelAtURL:error:" -> given[0];
      case "alloc" -> {
        owned++;
        yield put(new Instance(((Type) receiver).name()));
      }
      case "init" -> self;
      case "initWithDictionary:error:" -> given[0];
      case "retain" -> {
        owned++;
        yield self;
      }
      case "release" -> {
        owned--;
        yield 0;
      }
      case "setComputeUnits:" -> {
        units = given[0];
        yield 0;
      }
      case "setFunctionName:" -> {
        function = (String) requireNonNull(objects.get(given[0]));
        yield 0;
      }
      case "modelWithContentsOfURL:configuration:error:" -> put(new Instance("model"));
      case "initWithShape:dataType:error:" -> block(given[0], given[1]);
      case "dataPointer" -> ((Block) receiver).memory().address();
      case "dataType" -> ((Block) receiver).type();
      case "shape" -> put(new Numbers(List.copyOf(((Block) receiver).shape())));
      case "strides" -> put(new Numbers(List.copyOf(((Block) receiver).strides())));
      case "predictionFromFeatures:error:" ->
          predict((Dictionary) requireNonNull(objects.get(given[0])));
      case "featureValueForName:" ->
          put(
              requireNonNull(
                  ((Dictionary) receiver)
                      .values()
                      .get((String) requireNonNull(objects.get(given[0])))));
      case "multiArrayValue" -> self;
      default -> throw new IllegalStateException("nobody answers " + name);
    };
  }

  private List<Object> objects(long address, long count) {
    var memory = at(address, count * 8);
    var list = new ArrayList<Object>();
    for (int i = 0; i < count; i++) {
      list.add(requireNonNull(objects.get(memory.getAtIndex(ValueLayout.JAVA_LONG, i))));
    }
    return list;
  }

  private long block(long shape, long type) {
    var sizes =
        ((Numbers) requireNonNull(objects.get(shape)))
            .list().stream().map(size -> (Long) size).toList();
    if (type != INT32 || sizes.size() != 2) {
      throw new IllegalStateException(type + " " + sizes);
    }
    long row = sizes.get(1);
    return put(new Block(sizes, List.of(row, 1L), type, arena.allocate(4 * sizes.get(0) * row, 4)));
  }

  /// Every second element of a wide row is a value, as of a result that another unit laid out.
  private long predict(Dictionary features) {
    var ids = (Block) requireNonNull(features.values().get("input_ids"));
    int sum = 0;
    for (int i = 0; i < ids.shape().get(1); i++) {
      sum += ids.memory().getAtIndex(ValueLayout.JAVA_INT, i);
    }
    var memory = arena.allocate(4L * 2 * width + 4 * PADDED_ROW, 4);
    for (int i = 0; i < width; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, 2L * i, sum + i);
    }
    var result =
        new Block(List.of(1L, (long) width), List.of((long) PADDED_ROW, 2L), FLOAT32, memory);
    return put(new Dictionary(Map.of("embeddings", result)));
  }

  void close() {
    arena.close();
  }
}
