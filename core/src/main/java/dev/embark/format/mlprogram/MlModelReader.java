package dev.embark.format.mlprogram;

import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// Messages around the program to records; the program itself is [ProgramReader]'s.
final class MlModelReader {
  private static final String BUILD_INFO = "buildInfo";

  private final Path file;

  MlModelReader(Path file) {
    this.file = file;
  }

  /// Returns the defect that a message has a field which its declaration does not know.
  static Problem unknown(IncomingMessage message, String type) {
    return message.malformed("field " + message.field() + " of " + type + " is not known");
  }

  MlModel model(IncomingMessage message) {
    long version = 0;
    var description = Optional.<MlModel.Description>empty();
    var functions = Optional.<Map<String, MilFunction>>empty();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Model.SPECIFICATION_VERSION -> version = message.number();
        case MlProto.Model.DESCRIPTION -> description = Optional.of(description(message.message()));
        case MlProto.Model.ML_PROGRAM -> functions = Optional.of(program(message.message()));
        // All kinds of models stand between these two numbers.
        default -> {
          if (message.field() >= 200) {
            throw new Problem(
                Category.UNSUPPORTED,
                file + " is no Core ML program: its kind is field " + message.field() + ".",
                "Embark reads ML programs, field " + MlProto.Model.ML_PROGRAM + ", only.",
                "Convert the model again from its checkpoint.");
          }
          throw unknown(message, "Model");
        }
      }
    }
    if (description.isEmpty() || functions.isEmpty() || version < 1 || version > 1_000) {
      throw new Problem(
          Category.BAD_INPUT,
          file + " is no Core ML program.",
          "It has " + (functions.isEmpty() ? "no program" : "no description or version") + ".",
          "Fetch or convert the model again.");
    }
    return new MlModel((int) version, description.get(), functions.get());
  }

  private static MlModel.Description description(IncomingMessage message) {
    var inputs = new ArrayList<Feature>();
    var outputs = new ArrayList<Feature>();
    var states = new ArrayList<Feature>();
    var functions = new ArrayList<MlModel.Described>();
    var defaultFunction = "";
    var metadata = Metadata.none();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.ModelDescription.INPUT -> inputs.add(feature(message.message()));
        case MlProto.ModelDescription.OUTPUT -> outputs.add(feature(message.message()));
        case MlProto.ModelDescription.STATE -> states.add(feature(message.message()));
        case MlProto.ModelDescription.FUNCTIONS -> functions.add(function(message.message()));
        case MlProto.ModelDescription.DEFAULT_FUNCTION_NAME -> defaultFunction = message.text();
        case MlProto.ModelDescription.METADATA -> metadata = metadata(message.message());
        default -> throw unknown(message, "ModelDescription");
      }
    }
    return new MlModel.Description(
        new Signature(inputs, outputs, states), functions, defaultFunction, metadata);
  }

  private static MlModel.Described function(IncomingMessage message) {
    var name = "";
    var inputs = new ArrayList<Feature>();
    var outputs = new ArrayList<Feature>();
    var states = new ArrayList<Feature>();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.FunctionDescription.NAME -> name = message.text();
        case MlProto.FunctionDescription.INPUT -> inputs.add(feature(message.message()));
        case MlProto.FunctionDescription.OUTPUT -> outputs.add(feature(message.message()));
        case MlProto.FunctionDescription.STATE -> states.add(feature(message.message()));
        default -> throw unknown(message, "FunctionDescription");
      }
    }
    return new MlModel.Described(name, new Signature(inputs, outputs, states));
  }

  private static Metadata metadata(IncomingMessage message) {
    var description = "";
    var version = "";
    var author = "";
    var license = "";
    var userDefined = new TreeMap<String, String>();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.MetadataFields.SHORT_DESCRIPTION -> description = message.text();
        case MlProto.MetadataFields.VERSION -> version = message.text();
        case MlProto.MetadataFields.AUTHOR -> author = message.text();
        case MlProto.MetadataFields.LICENSE -> license = message.text();
        case MlProto.MetadataFields.USER_DEFINED -> {
          var entry = message.message();
          var key = "";
          var value = "";
          while (entry.next()) {
            switch (entry.field()) {
              case MlProto.Entry.KEY -> key = entry.text();
              case MlProto.Entry.VALUE -> value = entry.text();
              default -> throw unknown(entry, "Metadata.userDefined");
            }
          }
          userDefined.put(key, value);
        }
        default -> throw unknown(message, "Metadata");
      }
    }
    return new Metadata(description, version, author, license, userDefined);
  }

  private static Feature feature(IncomingMessage message) {
    var name = "";
    var note = "";
    var type = Optional.<Feature>empty();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.FeatureDescription.NAME -> name = message.text();
        case MlProto.FeatureDescription.SHORT_DESCRIPTION -> note = message.text();
        case MlProto.FeatureDescription.TYPE -> type = Optional.of(featureType(message.message()));
        default -> throw unknown(message, "FeatureDescription");
      }
    }
    var found = type.orElseThrow(() -> message.malformed("a feature has no type"));
    return new Feature(name, note, found.type(), found.shape());
  }

  private static Feature featureType(IncomingMessage message) {
    var type = Optional.<Feature>empty();
    while (message.next()) {
      switch (message.field()) {
        case MlProto.FeatureType.MULTI_ARRAY -> type = Optional.of(array(message.message()));
        case MlProto.FeatureType.STATE -> {
          var state = message.message();
          while (state.next()) {
            if (state.field() != MlProto.FeatureType.STATE_ARRAY) {
              throw unknown(state, "StateFeatureType");
            }
            type = Optional.of(array(state.message()));
          }
        }
        default -> throw unknown(message, "FeatureType");
      }
    }
    return type.orElseThrow(() -> message.malformed("a feature is no array"));
  }

  private static Feature array(IncomingMessage message) {
    var shape = new ArrayList<Long>();
    long number = 0;
    while (message.next()) {
      switch (message.field()) {
        case MlProto.ArrayFeatureType.SHAPE -> message.addNumbersTo(shape);
        case MlProto.ArrayFeatureType.DATA_TYPE -> number = message.number();
        // Shapes that change from call to call are among these; Embark writes none.
        default -> throw unknown(message, "ArrayFeatureType");
      }
    }
    var type = number;
    return new Feature(
        "",
        "",
        Feature.Type.numbered(type)
            .orElseThrow(() -> message.malformed(type + " is no type of an array")),
        shape);
  }

  private static Map<String, MilFunction> program(IncomingMessage message) {
    var functions = new TreeMap<String, MilFunction>();
    long version = 0;
    while (message.next()) {
      switch (message.field()) {
        case MlProto.Program.VERSION -> version = message.number();
        case MlProto.Program.FUNCTIONS ->
            entry(
                message,
                (name, function) -> {
                  if (functions.put(name, ProgramReader.function(function)) != null) {
                    throw message.malformed("a second function is called \"" + name + "\"");
                  }
                });
        case MlProto.Program.ATTRIBUTES ->
            entry(
                message,
                (name, _) -> {
                  if (!name.equals(BUILD_INFO)) {
                    throw message.malformed("the program has the attribute \"" + name + "\"");
                  }
                });
        default -> throw unknown(message, "Program");
      }
    }
    if (version != 1) {
      throw message.malformed("Program.version is " + version + ", expected 1");
    }
    return functions;
  }

  /// Reads the current field as an entry of a map to messages.
  static void entry(IncomingMessage map, BiConsumer<String, IncomingMessage> entries) {
    var entry = map.message();
    var key = "";
    var value = Optional.<IncomingMessage>empty();
    while (entry.next()) {
      switch (entry.field()) {
        case MlProto.Entry.KEY -> key = entry.text();
        case MlProto.Entry.VALUE -> value = Optional.of(entry.message());
        default -> throw unknown(entry, "a map entry");
      }
    }
    var name = key;
    entries.accept(name, value.orElseThrow(() -> entry.malformed("\"" + name + "\" has no value")));
  }
}
