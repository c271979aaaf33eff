package dev.embark.tokenize;

import dev.embark.tokenize.AddedToken.Role;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What the ids of a tokenizer stand for.
final class Ids {
  private final Vocabulary vocabulary;
  private final Map<String, Integer> added = new HashMap<>();
  private final Map<Integer, String> addedById = new HashMap<>();
  private final Set<Integer> special;
  private final int unknownId;
  private final int maxId;
  private final long padId;

  Ids(TokenizerFile file) {
    vocabulary = file.model().vocabulary();
    unknownId = file.model().unknownId();
    padId = file.padId();
    int max = vocabulary.maxId();
    for (var token : file.addedTokens()) {
      added.put(token.content(), token.id());
      addedById.put(token.id(), token.content());
      max = Math.max(max, token.id());
    }
    special = file.postProcessor().ids();
    for (int id : special) {
      max = Math.max(max, id);
    }
    maxId = max;
    for (var token : file.addedTokens()) {
      if (token.role() == Role.SPECIAL) {
        special.add(token.id());
      }
    }
  }

  int maxId() {
    return maxId;
  }

  int maxModelId() {
    return vocabulary.maxId();
  }

  long padId() {
    return padId;
  }

  int unknownId() {
    return unknownId;
  }

  boolean isSpecial(int id) {
    return special.contains(id);
  }

  int idOf(String token) {
    var id = added.get(token);
    return id == null ? vocabulary.find(token) : id;
  }

  String tokenOf(int id) {
    var token = addedById.get(id);
    return token == null ? vocabulary.entry(id) : token;
  }
}
