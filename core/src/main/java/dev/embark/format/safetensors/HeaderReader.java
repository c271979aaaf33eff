package dev.embark.format.safetensors;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tensor.ElementType;
import dev.embark.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads the header token by token, not as a tree: what is not where it must be ends the reading,
/// so neither depth nor size of a hostile header costs more than the header itself.
final class HeaderReader {
  /// The largest public checkpoints have about 100,000 tensors, spread over many files.
  private static final int TENSORS_MAX = 1_000_000;

  /// PyTorch's own limit.
  private static final int RANK_MAX = 64;

  private static final String METADATA = "__metadata__";
  private static final List<ElementType> TYPES =
      Arrays.stream(ElementType.values()).filter(ElementType::isWhole).toList();

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
          .build();

  private final Path file;
  private final SortedMap<String, String> metadata = new TreeMap<>();

  HeaderReader(Path file) {
    this.file = file;
  }

  /// Returns the tensors in the order of the header.
  List<HeaderEntry> read(byte[] header) {
    if (header.length == 0 || header[0] != '{') {
      throw Safetensors.damaged(
          file,
          "has a header that does not start with \"{\".",
          "It is no safetensors file, or its first bytes are damaged.");
    }
    try (var json = JSON.createParser(ObjectReadContext.empty(), header)) {
      json.nextToken();
      var entries = tensors(json);
      if (json.nextToken() != null) {
        throw malformed("something follows the end of the object");
      }
      return entries;
    } catch (JacksonException e) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " has a header that is not valid JSON.",
          e.getOriginalMessage() + " (byte " + e.getLocation().getByteOffset() + ").",
          "Fetch or export the file again.",
          e);
    }
  }

  /// Returns what the header that was read says beside its tensors.
  SortedMap<String, String> metadata() {
    return Collections.unmodifiableSortedMap(metadata);
  }

  private List<HeaderEntry> tensors(JsonParser json) {
    var entries = new ArrayList<HeaderEntry>();
    var names = new HashSet<String>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var name = json.currentName();
      if (!names.add(name)) {
        throw malformed("\"" + name + "\" occurs twice");
      }
      if (names.size() > TENSORS_MAX) {
        throw malformed("it lists more than " + TENSORS_MAX + " tensors");
      }
      if (name.equals(METADATA)) {
        readMetadata(json);
      } else {
        entries.add(tensor(name, json));
      }
    }
    return entries;
  }

  private void readMetadata(JsonParser json) {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw malformed("\"" + METADATA + "\" is not an object");
    }
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var key = json.currentName();
      if (metadata.containsKey(key)) {
        throw malformed("\"" + key + "\" occurs twice in \"" + METADATA + "\"");
      }
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw malformed("\"" + key + "\" in \"" + METADATA + "\" is not a string");
      }
      metadata.put(key, json.getString());
    }
  }

  /// The members of a tensor that have been read so far.
  private enum Member {
    DTYPE("dtype"),
    SHAPE("shape"),
    DATA_OFFSETS("data_offsets");

    private final String key;

    Member(String key) {
      this.key = key;
    }

    static Optional<Member> of(String key) {
      return Arrays.stream(values()).filter(member -> member.key.equals(key)).findFirst();
    }
  }

  private HeaderEntry tensor(String name, JsonParser json) {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw malformed(name, "is not an object");
    }
    Set<Member> seen = EnumSet.noneOf(Member.class);
    var dtype = "";
    var shape = new long[0];
    var offsets = new long[0];
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var key = json.currentName();
      var member =
          Member.of(key).orElseThrow(() -> malformed(name, "has a member \"" + key + "\""));
      if (!seen.add(member)) {
        throw malformed(name, "has two members \"" + key + "\"");
      }
      json.nextToken();
      switch (member) {
        case DTYPE -> dtype = text(name, json);
        case SHAPE -> shape = numbers(name, key, json);
        case DATA_OFFSETS -> offsets = numbers(name, key, json);
      }
    }
    for (var member : Member.values()) {
      if (!seen.contains(member)) {
        throw malformed(name, "has no \"" + member.key + "\"");
      }
    }
    return checked(name, type(name, dtype), shape, offsets);
  }

  private HeaderEntry checked(String name, ElementType type, long[] shape, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw malformed(
          name, "has data_offsets " + Arrays.toString(offsets) + ", expected [begin, end]");
    }
    long expected = byteSize(name, type, shape);
    if (offsets[1] - offsets[0] != expected) {
      throw malformed(
          name,
          "has "
              + (offsets[1] - offsets[0])
              + " bytes (data_offsets "
              + Arrays.toString(offsets)
              + "), but "
              + type
              + " "
              + Arrays.toString(shape)
              + " takes "
              + expected);
    }
    return new HeaderEntry(name, type, Shape.of(shape), offsets[0], offsets[1]);
  }

  private long byteSize(String name, ElementType type, long[] shape) {
    try {
      long size = type.byteSize();
      for (long dim : shape) {
        size = Math.multiplyExact(size, dim);
      }
      return size;
    } catch (ArithmeticException e) {
      throw malformed(
          name, "has shape " + Arrays.toString(shape) + ", whose size does not fit into 63 bits");
    }
  }

  private ElementType type(String name, String dtype) {
    for (var type : TYPES) {
      if (type.name().equals(dtype)) {
        return type;
      }
    }
    throw new Problem(
        Category.UNSUPPORTED,
        file + ": tensor \"" + name + "\" has dtype \"" + dtype + "\", which Embark does not read.",
        "It reads " + TYPES.stream().map(Enum::name).collect(Collectors.joining(" ")) + ".",
        "Convert the checkpoint to one of these types first.");
  }

  private String text(String name, JsonParser json) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(name, "has a dtype that is not a string");
    }
    return json.getString();
  }

  private long[] numbers(String name, String key, JsonParser json) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(name, "has a \"" + key + "\" that is not a list");
    }
    var numbers = new long[RANK_MAX];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count == RANK_MAX) {
        throw malformed(name, "has a \"" + key + "\" of more than " + RANK_MAX + " numbers");
      }
      numbers[count++] = number(name, key, json);
    }
    return Arrays.copyOf(numbers, count);
  }

  private long number(String name, String key, JsonParser json) {
    boolean fits =
        json.currentToken() == JsonToken.VALUE_NUMBER_INT
            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    if (!fits || json.getLongValue() < 0) {
      throw malformed(
          name,
          "has "
              + json.getString()
              + " in its \""
              + key
              + "\", expected an integer from 0 to 2⁶³-1");
    }
    return json.getLongValue();
  }

  private Problem malformed(String tensor, String how) {
    return malformed("tensor \"" + tensor + "\" " + how);
  }

  private Problem malformed(String how) {
    return Safetensors.damaged(file, "has a malformed header: " + how + ".", "");
  }
}
