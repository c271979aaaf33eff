package dev.embark.format.mlprogram;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A Core ML model that is a program: the content of a `.mlmodel` file.
///
/// @param specificationVersion 6 to 10, which says what systems can open it
/// @param functions by name, `main` where there is one only
public record MlModel(
    int specificationVersion, Description description, Map<String, MilFunction> functions) {
  public MlModel {
    functions = Collections.unmodifiableMap(new TreeMap<>(functions));
  }

  /// How an app calls the model.
  ///
  /// @param main of a model with one function; empty where `functions` are described
  /// @param functions of a model with several
  /// @param defaultFunction the one that is called where nobody names one; empty without several
  public record Description(
      Signature main, List<Described> functions, String defaultFunction, Metadata metadata) {
    public Description {
      functions = List.copyOf(functions);
    }
  }

  /// A function of several.
  public record Described(String name, Signature signature) {}
}
