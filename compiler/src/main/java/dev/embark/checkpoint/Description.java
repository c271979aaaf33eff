package dev.embark.checkpoint;

import dev.embark.bundle.FileDigest;
import dev.embark.bundle.Pipeline;
import dev.embark.checkpoint.Instructions.StaticRules;
import dev.embark.checkpoint.Instructions.VectorLength;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.source.Fetched;
import dev.embark.source.ModelFolder;
import dev.embark.source.ModelReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a model's files say of it besides its weights: enough to tokenize, to inspect, and to know
/// how a vector is made.
///
/// @param root folder of the model
/// @param model the repository it is known as, `owner/name`, or empty
/// @param packaging the small files that a bundle carries on
public record Description(
    Path root,
    String model,
    Config config,
    Pipeline pipeline,
    WeightFiles weights,
    Packaging packaging) {

  /// Reads what was fetched.
  ///
  /// @param instructions what the user says where the files do not
  public static Description read(Fetched fetched, Instructions instructions) {
    var root = fetched.root();
    var table = StaticModels.folder(root);
    requireUse(root, instructions);
    var weights =
        table
            .map(folder -> WeightFiles.ofModule(root, folder))
            .orElseGet(() -> WeightFiles.find(fetched));
    var known = known(weights);
    var config =
        table.isPresent() && Config.find(root, "config.json").isEmpty()
            ? StaticModels.configured()
            : config(root, instructions, known);
    var model =
        fetched.reference() instanceof ModelReference.HubRepository(var repository, _)
            ? repository
            : known.stream().map(KnownModel::model).findFirst().orElse("");
    var told = filled(instructions, known).orElse(KnownTask.of(model));
    var pipeline = pipeline(root, config, weights, told);
    var tokenizer = new TokenizerFiles(root, table.orElse(""), fetched.files());
    var packaging = Packaging.of(tokenizer, config, pipeline);
    return new Description(root, model, config, pipeline, weights, packaging);
  }

  /// Refuses what the user says of a model that says it itself.
  private static void requireUse(Path root, Instructions instructions) {
    boolean isStatic = StaticModels.folder(root).isPresent();
    if (!instructions.task().isEmpty() && (isStatic || ModuleList.isIn(root))) {
      throw needless("--task", "The model's files say what it is for.");
    }
    if (isStatic
        && !(instructions.pooling().isEmpty()
            && instructions.length() == VectorLength.AS_COMPUTED)) {
      throw needless("--pooling or --normalize", "A static model takes the mean of its tokens.");
    }
    if (instructions.staticRules() != StaticRules.OF_THE_MODEL
        && !(isStatic && StaticModels.isModel2Vec(root))) {
      throw needless("--static-rules", "The model is not one of model2vec.");
    }
  }

  private static Problem needless(String option, String why) {
    return new Problem(
        Category.WRONG_USAGE, option + " is given for no use.", why, "Leave it away.");
  }

  private static Pipeline pipeline(
      Path root, Config config, WeightFiles weights, Instructions instructions) {
    if (StaticModels.folder(root).isPresent()) {
      return new SentenceTransformers(root, config, instructions).ofTable(weights);
    }
    return ModuleList.isIn(root)
        ? packaged(root, config, instructions)
        : unpackaged(root, config, weights, instructions);
  }

  private static List<KnownModel> known(WeightFiles weights) {
    if (weights instanceof WeightFiles.OnnxExport(var file)) {
      ModelFolder.refuseLfsPointer(file);
      return KnownModel.withDigest(digest(file));
    }
    return List.of();
  }

  private static Config config(Path root, Instructions instructions, List<KnownModel> known) {
    if (!instructions.config().isEmpty()) {
      var told = instructions.config().getFirst();
      return Config.read(told, told.toString());
    }
    return Config.find(root, "config.json")
        .or(() -> known.stream().map(KnownModel::asConfig).findFirst())
        .orElseThrow(() ->
            new Problem(
                Category.BAD_INPUT,
                root + " has no config.json.",
                "Without it the architecture is not known.",
                "Name the folder of a complete checkpoint, or give the file with --config."));
  }

  private static Instructions filled(Instructions instructions, List<KnownModel> known) {
    return known.isEmpty() ? instructions : instructions.orElse(known.getFirst().instructions());
  }

  private static Pipeline packaged(Path root, Config config, Instructions instructions) {
    if (!instructions.pooling().isEmpty()) {
      throw new Problem(
          Category.WRONG_USAGE,
          "--pooling contradicts " + root.resolve("modules.json") + ".",
          "The model says itself how its token vectors are pooled.",
          "Leave --pooling and --normalize away.");
    }
    return new SentenceTransformers(root, config, instructions).packaged();
  }

  private static Pipeline unpackaged(
      Path root, Config config, WeightFiles weights, Instructions instructions) {
    var packaging = new SentenceTransformers(root, config, instructions);
    if (!instructions.pooling().isEmpty()) {
      return packaging.told();
    }
    if (weights instanceof WeightFiles.OnnxExport(var file)) {
      throw new Problem(
          Category.BAD_INPUT,
          "Nothing says how the token vectors of " + file + " become one vector.",
          "The file is none of those that Embark knows by their digest, there is no modules.json"
              + " beside it, and a guess could give wrong vectors.",
          "Say it: --pooling mean|cls|max|… , --normalize if vectors have length 1, and"
              + " --max-length N.");
    }
    return packaging.unpackaged();
  }

  private static String digest(Path file) {
    try {
      return FileDigest.of(file.resolveSibling("."), file.getFileName().toString()).sha256();
    } catch (IOException e) {
      throw new Problem(
          Category.BAD_INPUT, "Cannot read " + file + ".", String.valueOf(e.getMessage()), "", e);
    }
  }

  /// Returns the files everything is read from.
  public List<Path> files() {
    var files = new ArrayList<>(packaging.sources());
    files.addAll(weights.files());
    return files;
  }
}
