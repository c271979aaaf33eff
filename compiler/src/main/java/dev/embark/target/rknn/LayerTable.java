package dev.embark.target.rknn;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What the toolkit prints of a build that went well in its own eyes.
///
/// @param layers all that it made, in order
/// @param overflows what it says left the range of 16 bits
record LayerTable(List<Layer> layers, List<String> overflows) {
  private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final Pattern LAYER =
      Pattern.compile("D RKNN: \\[[^\\]]*\\] (\\d+)\\s+(\\S+)\\s+(\\S+)\\s+(NPU|CPU|GPU)\\s.*");
  private static final String OVERFLOW = "is out of the float16";

  LayerTable {
    layers = List.copyOf(layers);
    overflows = List.copyOf(overflows);
  }

  /// A layer, and what computes it.
  record Layer(String type, String processor) {
    /// What goes in and comes out passes through the processor by nature.
    boolean isOnProcessor() {
      return !processor.equals("NPU")
          && !type.equals("InputOperator")
          && !type.equals("OutputOperator");
    }
  }

  static LayerTable of(String printed) {
    var layers = new ArrayList<Layer>();
    var overflows = new ArrayList<String>();
    COLOURS
        .matcher(printed)
        .replaceAll("")
        .lines()
        .forEach(line -> {
          var layer = LAYER.matcher(line);
          if (layer.matches()) {
            layers.add(new Layer(layer.group(2), layer.group(4)));
          } else if (line.contains(OVERFLOW)) {
            overflows.add(line.strip());
          }
        });
    return new LayerTable(layers, overflows);
  }

  /// Returns the types of layers that the NPU does not compute.
  List<String> onProcessor() {
    return layers.stream().filter(Layer::isOnProcessor).map(Layer::type).distinct().toList();
  }
}
