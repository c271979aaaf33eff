package dev.embark.tokenize;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Writes maps in the format that [PrecompiledMap] reads. Keys are bytes, one a character of ISO
/// 8859-1, so that a key may end within a UTF-8 sequence.
final class CharsMap {
  private static final int BLOCK = 256;
  private static final int HAS_VALUE = 1 << 8;
  private static final int UNUSED = 1 << 31;

  private int[] units = new int[BLOCK];
  private int count = BLOCK;

  private CharsMap() {
    Arrays.fill(units, UNUSED);
  }

  private static final class Node {
    private final TreeMap<Integer, Node> children = new TreeMap<>();
    private int value = -1;
  }

  /// Returns a map with the given keys, in UTF-8.
  static byte[] of(Map<String, String> replacements) {
    var byBytes = new TreeMap<String, String>();
    replacements.forEach((key, value) ->
        byBytes.put(
            new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), value));
    return ofBytes(byBytes);
  }

  static byte[] ofBytes(Map<String, String> replacements) {
    var texts = new ByteArrayOutputStream();
    var root = new Node();
    replacements.forEach((key, value) -> {
      var node = root;
      for (int i = 0; i < key.length(); i++) {
        node = node.children.computeIfAbsent((int) key.charAt(i), _ -> new Node());
      }
      node.value = texts.size();
      texts.writeBytes((value + '\0').getBytes(StandardCharsets.UTF_8));
    });
    var map = new CharsMap();
    map.write(root, 0, 0);
    return bytes(Arrays.copyOf(map.units, map.count), texts.toByteArray());
  }

  /// Returns a map with these units, whatever they say.
  static byte[] bytes(int[] units, byte[] texts) {
    var buffer =
        ByteBuffer.allocate(Integer.BYTES * (units.length + 1) + texts.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(Integer.BYTES * units.length);
    for (int unit : units) {
      buffer.putInt(unit);
    }
    return buffer.put(texts).array();
  }

  /// Gives every node a block of its own: wasteful, but obviously right.
  private void write(Node node, int index, int label) {
    int start = count;
    count += BLOCK;
    if (count > units.length) {
      int before = units.length;
      units = Arrays.copyOf(units, 2 * count);
      Arrays.fill(units, before, units.length, UNUSED);
    }
    units[index] = label | (index ^ start) << 10;
    if (node.value >= 0) {
      units[index] |= HAS_VALUE;
      units[start] = UNUSED | node.value;
    }
    node.children.forEach((b, child) -> write(child, start ^ b, b));
  }
}
