package dev.embark.tokenize;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.PostProcessor.Place;
import dev.embark.tokenize.TokenizerConfig.Setting;
import java.util.Set;
import java.util.function.ToIntFunction;

/// `add_bos_token` and `add_eos_token` of `tokenizer_config.json`, which stand above the template
/// of `tokenizer.json`: some classes of transformers, and code of checkpoints' own, build the
/// template anew from them.
final class Ends {
  /// Classes that also take a token away where it is false.
  private static final Set<String> REMOVING =
      Set.of("LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer");

  private Ends() {}

  /// Returns a template with the tokens that a configuration asks for.
  ///
  /// @param idOf finds the id of a token, or -1
  static PostProcessor apply(
      PostProcessor template, TokenizerConfig config, ToIntFunction<String> idOf, String source) {
    var result = template;
    for (var place : Place.values()) {
      var name =
          switch (place) {
            case BEFORE -> "bos_token";
            case BEHIND -> "eos_token";
          };
      var setting = config.setting("add_" + name);
      var token = config.special().getOrDefault(name, "");
      if (setting == Setting.TRUE) {
        result = result.with(place, id(token, name, idOf, source));
      } else if (setting == Setting.FALSE && REMOVING.contains(config.tokenizerClass())) {
        result = result.without(place, idOf.applyAsInt(token));
      }
    }
    return result;
  }

  private static int id(String token, String name, ToIntFunction<String> idOf, String source) {
    int id = token.isEmpty() ? -1 : idOf.applyAsInt(token);
    if (id < 0) {
      throw new Problem(
          Category.BAD_INPUT,
          "tokenizer_config.json sets add_" + name + ", but its " + name + " has no entry.",
          source + " has no token \"" + token + "\".",
          "Take the tokenizer's files from one revision.");
    }
    return id;
  }
}
