package dev.embark.tokenize;

import dev.embark.format.protobuf.IncomingMessage;
import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import dev.embark.tokenize.UnigramModel.ByteFallback;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A SentencePiece model, the file that Unigram and some BPE checkpoints had before
/// `tokenizer.json`: `sentencepiece.bpe.model`, `spiece.model`, `spm.model`, `tokenizer.model`.
///
/// It is one protobuf message
/// ([sentencepiece_model.proto](https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto)).
/// What it says about spaces (`add_dummy_prefix` and the like) is left out: transformers does not
/// look at it either.
///
/// @param pieces in the order of their ids
/// @param modelType how a text is cut
/// @param byteFallback whether the model was trained to spell unknown characters in bytes
/// @param unknownId `unk_id` of the trainer, not always where the unknown piece is
/// @param unknownPiece how the unknown piece is written
/// @param normalization name of the normalization rule, such as `nmt_nfkc`
/// @param map the character map of that rule, or no element
record SentencePieceFile(
    List<Piece> pieces,
    ModelType modelType,
    ByteFallback byteFallback,
    int unknownId,
    String unknownPiece,
    String normalization,
    List<PrecompiledMap> map) {
  SentencePieceFile {
    pieces = List.copyOf(pieces);
    map = List.copyOf(map);
  }

  private static final int PIECES_MAX = 1 << 20;
  private static final int PIECE_UNITS_MAX = 1024;

  /// About 300 bytes for each piece.
  private static final long HEAP_BYTES_MAX = 512L << 20;

  /// A piece of the vocabulary.
  record Piece(String text, float score, PieceType type) {}

  /// What a piece is for.
  enum PieceType {
    NORMAL,
    /// Stands for characters that are no piece.
    UNKNOWN,
    /// Never comes out of a text: `<s>`.
    CONTROL,
    /// Always one piece where it is found.
    USER_DEFINED,
    UNUSED,
    /// `<0x00>` to `<0xFF>`.
    BYTE
  }

  /// How a model cuts a text.
  enum ModelType {
    UNIGRAM,
    BPE,
    WORD,
    CHAR
  }

  /// Reads a model.
  ///
  /// Throws a [Problem] where the file is damaged.
  static SentencePieceFile read(byte[] bytes, Path file) {
    var reader = new Reader(file);
    var message = IncomingMessage.of(MemorySegment.ofArray(bytes), file, HEAP_BYTES_MAX);
    while (message.next()) {
      switch (message.field()) {
        case 1 -> reader.piece(message.message());
        case 2 -> reader.trainer(message.message());
        case 3 -> reader.normalizer(message.message());
        default -> {}
      }
    }
    return reader.file();
  }

  private static final class Reader {
    private final Path file;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<PrecompiledMap> map = new ArrayList<>();
    private ModelType modelType = ModelType.UNIGRAM;
    private ByteFallback byteFallback = ByteFallback.NONE;
    private int unknownId;
    private String unknownPiece = "<unk>";
    private String normalization = "";

    Reader(Path file) {
      this.file = file;
    }

    void piece(IncomingMessage message) {
      if (pieces.size() == PIECES_MAX) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has more than " + PIECES_MAX + " pieces.",
            "No vocabulary needs as many.",
            "");
      }
      var text = "";
      float score = 0;
      var type = PieceType.NORMAL;
      while (message.next()) {
        switch (message.field()) {
          case 1 -> text = message.text();
          case 2 -> score = message.real();
          case 3 -> type = choice(message, PieceType.values());
          default -> {}
        }
      }
      if (text.isEmpty() || text.length() > PIECE_UNITS_MAX || !Float.isFinite(score)) {
        throw message.malformed(
            "piece %d has %d characters and the score %s, expected 1 to %d and a finite number"
                .formatted(pieces.size(), text.length(), score, PIECE_UNITS_MAX));
      }
      pieces.add(new Piece(text, score, type));
    }

    void trainer(IncomingMessage message) {
      while (message.next()) {
        switch (message.field()) {
          case 3 -> modelType = choice(message, ModelType.values());
          case 35 -> byteFallback = message.number() == 0 ? ByteFallback.NONE : ByteFallback.BYTES;
          case 40 -> unknownId = (int) message.number();
          case 45 -> unknownPiece = message.text();
          default -> {}
        }
      }
    }

    void normalizer(IncomingMessage message) {
      while (message.next()) {
        switch (message.field()) {
          case 1 -> normalization = message.text();
          case 2 -> {
            map.clear();
            var bytes = message.bytes();
            if (bytes.byteSize() > 0) {
              map.add(PrecompiledMap.read(bytes.toArray(ValueLayout.JAVA_BYTE), file.toString()));
            }
          }
          default -> {}
        }
      }
    }

    /// Reads an enum whose numbers begin at 1.
    private static <T> T choice(IncomingMessage message, T[] choices) {
      long number = message.number();
      if (number < 1 || number > choices.length) {
        throw message.malformed(number + " is not between 1 and " + choices.length);
      }
      return choices[(int) number - 1];
    }

    SentencePieceFile file() {
      if (pieces.isEmpty()) {
        throw new Problem(
            Category.BAD_INPUT,
            file + " has no pieces.",
            "It is no SentencePiece model.",
            "Fetch the file again.");
      }
      return new SentencePieceFile(
          pieces, modelType, byteFallback, unknownId, unknownPiece, normalization, map);
    }
  }
}
