package dev.embark.format.torch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.embark.problem.Problem;
import dev.embark.problem.Problem.Category;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Pickles that lie: each ends in its own message, none in anything but a [Problem].
class PickleHostileTest {
  @TempDir Path folder;

  @Test
  void soundPickleIsRead() throws IOException {
    try (var arena = Arena.ofConfined()) {
      assertThat(TorchFile.open(Pickle.sound().zip(folder), arena)).containsOnlyKeys("a");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "nt, system",
    "os, system",
    "builtins, eval",
    "__builtin__, eval",
    "subprocess, Popen",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "torch, UntypedStorage",
    "torch.serialization, load",
    "collections, defaultdict",
    "torch._utils, os.system",
    "torch, QInt8Storage",
    "numpy.core.multiarray, _reconstruct"
  })
  void otherGlobalsAreNamed(String module, String name) throws IOException {
    var expected =
        "FILE names the global " + module + "." + name + ", which is no part of a tensor.";

    assertThat(refused(Category.UNSUPPORTED, Pickle.start().global(module, name)))
        .startsWith(expected);
    assertThat(refused(Category.UNSUPPORTED, Pickle.start().text(module).text(name).raw(0x93)))
        .startsWith(expected);
  }

  @Test
  void namesCannotWriteToTheTerminal() throws IOException {
    assertThat(
            refused(Category.UNSUPPORTED, Pickle.start().global("a\u001b[31m\r", "b".repeat(500))))
        .startsWith("FILE names the global a\ufffd[31m\ufffd.bbb")
        .contains("bbb…, which is no part of a tensor.");
  }

  @ParameterizedTest
  @CsvSource({
    "i, 69",
    "o, 6f",
    "P, 50",
    "I, 49",
    "S, 53",
    "V, 56",
    "F, 46",
    "g, 67",
    "p, 70",
    "L, 4c",
    "\u0081, 81",
    "\u0092, 92",
    "\u008b, 8b",
    "\u008f, 8f",
    "\u0096, 96",
    "\u0082, 82",
    "?, 3f"
  })
  void otherInstructionsAreNamed(String code, String hex) throws IOException {
    assertThat(refused(Category.UNSUPPORTED, Pickle.start().op(code.charAt(0))))
        .isEqualTo(
            """
            FILE has the instruction 0x%s at byte 2 of its pickle, which Embark does not carry out.
            torch.save needs no such instruction for tensors.
            Take a revision with model.safetensors, or save the model again with \
            safe_serialization=True.\
            """
                .formatted(hex));
  }

  @Test
  void otherProtocolsAreNamed() throws IOException {
    assertThat(refused(Category.UNSUPPORTED, new Pickle().raw(0x80, 5)))
        .startsWith("FILE is a pickle of protocol 5; Embark reads 2, 3 and 4.");
    assertThat(malformed(new Pickle().op('}')))
        .isEqualTo("EMPTY_DICT where a protocol of 2 to 4 was expected (byte 0)");
  }

  @Test
  void stackThatIsTooSmall() throws IOException {
    assertThat(malformed(Pickle.start().op('.')))
        .isEqualTo("STOP on 0 values, expected 1 (byte 2)");
    assertThat(malformed(Pickle.start().op('0'))).startsWith("POP on 0 values, expected 1");
    assertThat(malformed(Pickle.start().op('2'))).startsWith("DUP on 0 values, expected 1");
    assertThat(malformed(Pickle.start().op('N').raw(0x86)))
        .startsWith("TUPLE2 on 1 values, expected 2");
    assertThat(malformed(Pickle.start().op('N').op('(').op('0')))
        .startsWith("POP on 0 values, expected 1");
    assertThat(malformed(Pickle.start().op('t'))).startsWith("TUPLE without a mark");
    assertThat(malformed(Pickle.start().op('q').raw(0))).startsWith("BINPUT on 0 values");
  }

  @Test
  void valuesOfTheWrongKind() throws IOException {
    assertThat(malformed(Pickle.start().op(']').op('N').op('N').op('s')))
        .startsWith("SETITEM on a list of 0, expected a dictionary");
    assertThat(malformed(Pickle.start().op('}').op('N').op('a')))
        .startsWith("APPEND on a dictionary of 0, expected a list");
    assertThat(malformed(Pickle.start().op('}').op('(').op('N').op('u')))
        .startsWith("SETITEMS with a key that has no value");
    assertThat(malformed(Pickle.start().op('N').op('}').op('b')))
        .startsWith("BUILD of None with a dictionary of 0, expected two dictionaries");
    assertThat(malformed(Pickle.start().text("os").op('N').raw(0x93)))
        .startsWith("STACK_GLOBAL on a string and None, expected two strings");
    assertThat(malformed(Pickle.start().op('N').op('N').op('.')))
        .startsWith("STOP with 1 values too many");
    assertThat(malformed(Pickle.start().op('h').raw(7)))
        .startsWith("BINGET of number 7, which was not remembered");
  }

  @Test
  void onlyFunctionsAreCalled() throws IOException {
    assertThat(malformed(Pickle.start().text("os.system").op(')').op('R')))
        .startsWith("REDUCE of a string with a tuple of 0, expected a function with a tuple");
    assertThat(malformed(Pickle.start().global("torch", "FloatStorage").op(')').op('R')))
        .startsWith("REDUCE of a storage type with a tuple of 0, expected a function with a tuple");
    assertThat(malformed(Pickle.start().global("torch", "Size").op('N').op('R')))
        .startsWith("REDUCE of the function torch.Size with None, expected a function");
  }

  @ParameterizedTest
  @CsvSource({
    "torch._utils, _rebuild_tensor_v2",
    "torch._utils, _rebuild_tensor",
    "torch._utils, _rebuild_parameter",
    "torch, Size",
    "collections, OrderedDict"
  })
  void functionsAreCalledWithWhatTheyExpect(String module, String name) throws IOException {
    assertThat(
            refused(
                Category.UNSUPPORTED,
                Pickle.start().global(module, name).text("x").raw(0x85).op('R')))
        .startsWith("FILE calls the function " + module + "." + name + " with (a string).\n");
  }

  @Test
  void persistentIdsAreStorages() throws IOException {
    assertThat(refused(Category.UNSUPPORTED, Pickle.start().text("module\n").op('Q')))
        .startsWith("FILE has a persistent id that is no storage of a tensor: 'module\ufffd'.");
    assertThat(
            refused(Category.UNSUPPORTED, Pickle.start().text("module").whole(1).raw(0x86).op('Q')))
        .startsWith("FILE has a persistent id that is no storage of a tensor: ('module', 1).");
    assertThat(refused(Category.UNSUPPORTED, Pickle.start().storage("FloatStorage", -1)))
        .startsWith(
            "FILE has a persistent id that is no storage of a tensor: ('storage', a storage type,"
                + " '0', 'cpu', -1).");
  }

  @Test
  void storageThatIsNamedTwiceIsTheSame() throws IOException {
    assertThat(refused(Pickle.start().storage("FloatStorage", 2).storage("HalfStorage", 4).op('.')))
        .startsWith("FILE names the storage 0 with 2 elements of F32 and with 4 of F16.");
  }

  @Test
  void selfContainedDictionaryIsNoTensor() throws IOException {
    var pickle = Pickle.start().op('}').op('q').raw(0).text("a").op('h').raw(0).op('s').op('.');
    assertThat(refused(Category.UNSUPPORTED, pickle))
        .startsWith("FILE has a dictionary of 1 under \"a\", expected a tensor.");

    var nested =
        Pickle.start().op('}').op('q').raw(0).text("state_dict").op('h').raw(0).op('s').op('.');
    assertThat(refused(Category.UNSUPPORTED, nested))
        .startsWith("FILE has a dictionary of 1 under \"state_dict\", expected a tensor.");
  }

  @Test
  void deepNestingCostsNothing() throws IOException {
    var pickle = Pickle.start();
    for (int i = 0; i < 90_000; i++) {
      pickle.op(']');
    }
    for (int i = 1; i < 90_000; i++) {
      pickle.op('a');
    }
    assertThat(refused(Category.UNSUPPORTED, pickle.op('.')))
        .startsWith("FILE holds a list of 1, expected a dictionary of tensors.");
  }

  @Test
  void doublingTuplesCostNothing() throws IOException {
    var pickle = Pickle.start().op(')');
    for (int i = 0; i < 10_000; i++) {
      pickle.op('2').raw(0x86);
    }
    assertThat(refused(Category.UNSUPPORTED, pickle.op('.'))).startsWith("FILE holds a tuple of 2");
  }

  @Test
  void endlessStack() throws IOException {
    var pickle = Pickle.start();
    for (int i = 0; i < 200_000; i++) {
      pickle.op(i % 2 == 0 ? 'N' : '(');
    }
    assertThat(malformed(pickle)).startsWith("NONE with more than 100000 values on the stack");
  }

  @Test
  void endlessMemo() throws IOException {
    var pickle = Pickle.start().op('N');
    for (int i = 0; i <= 1_000_000; i++) {
      pickle.op('r').little(-i, 4);
    }
    assertThat(malformed(pickle))
        .startsWith("LONG_BINPUT with more than 1000000 values remembered");
  }

  @Test
  void endlessPickle() throws IOException {
    var pickle = Pickle.start().op('N');
    for (int i = 0; i < 2_000_000; i++) {
      pickle.op('N').op('0');
    }
    assertThat(malformed(pickle)).startsWith("POP after 4000000 others; that many are not");
  }

  @Test
  void listThatIsHandedOverAgainAndAgain() throws IOException {
    var pickle = Pickle.start().op(')').op('q').raw(0).op(']').op('q').raw(1);
    for (int batch = 0; batch < 11; batch++) {
      pickle.op('(');
      for (int i = 0; i < 1000; i++) {
        pickle.op('N').op('N').raw(0x86);
      }
      pickle.op('e');
    }
    for (int i = 0; i < 1000; i++) {
      pickle.global("collections", "OrderedDict").op('h').raw(1).raw(0x85).op('R').op('0');
    }
    assertThat(refused(pickle)).startsWith("FILE makes dictionaries of more than 1000000 pairs.");
  }

  @Test
  void longTexts() throws IOException {
    assertThat(refused(Pickle.start().op('X').little(1 << 21, 4)))
        .startsWith(
            "FILE has a string of 2097152 bytes at byte 7 of its pickle; at most 1048576 are"
                + " allowed.");
    assertThat(refused(Pickle.start().raw(0x8d).little(-1, 8)))
        .startsWith("FILE has a string of 18446744073709551615 bytes at byte 11 of its pickle");
    assertThat(refused(Pickle.start().op('c').ascii("a".repeat(2000))))
        .startsWith("FILE has a name of more than 1000 bytes at byte 3 of its pickle.");
  }

  @Test
  void truncatedAnywhere() throws IOException {
    var sound = Pickle.sound().toBytes();
    for (int length = 0; length < sound.length; length++) {
      var cut = new Pickle();
      for (int i = 0; i < length; i++) {
        cut.raw(sound[i]);
      }
      assertThat(refused(cut))
          .isEqualTo(
              """
              FILE ends inside its pickle.
              The file is truncated or damaged.
              Fetch the file again, or save the model again.\
              """);
    }
    assertThat(refused(Pickle.start().op('B').little(-1, 4))).startsWith("FILE ends inside its");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 | 1 | 2 | 1 | shape [2] starts at element 1 of a storage of 2
          2 | -1 | 2 | 1 | shape [2] starts at element -1 of a storage of 2
          2 | 0 | 3 | 1 | shape [3] starts at element 0 of a storage of 2
          2 | 3 | 0 | 1 | shape [0] starts at element 3 of a storage of 2
          2 | 0 | -2 | 1 | shape [-2] has a negative size
          2 | 0 | 2,1 | 1 | shape [2, 1] has strides [1]
          2 | 9223372036854775807 | 2 | 1 | \
              shape [2] starts at element 9223372036854775807 of a storage of 2
          2 | 0 | 4294967296,4294967296 | 1,1 | \
              shape [4294967296, 4294967296] has a size that does not fit into 63 bits
          """)
  void viewsThatLeaveTheirStorage(long count, long offset, String sizes, String strides, String how)
      throws IOException {
    var pickle = Pickle.start().op('}').text("a");
    pickle.tensor("FloatStorage", count, offset, sizes, strides).op('s').op('.');

    assertThat(refused(pickle)).startsWith("FILE is damaged: tensor \"a\" of " + how + ".\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          FloatStorage | 3 | 8 bytes in storage 0, but tensor "a" expects 3 elements of F32
          FloatStorage | 1 | 8 bytes in storage 0, but tensor "a" expects 1 elements of F32
          DoubleStorage | 2 | 8 bytes in storage 0, but tensor "a" expects 2 elements of F64
          DoubleStorage | 2305843009213693953 | \
              8 bytes in storage 0, but tensor "a" expects 2305843009213693953 elements of F64
          """)
  void storagesThatAreNotAsLongAsTheySay(String type, long count, String how) throws IOException {
    var pickle = Pickle.start().op('}').text("a").tensor(type, count, 0, "1", "1").op('s').op('.');

    assertThat(refused(pickle)).startsWith("FILE has " + how + ".\n");
  }

  @Test
  void endlessShape() throws IOException {
    var ones = "1" + ",1".repeat(64);
    var pickle = Pickle.start().op('}').text("a").tensor("FloatStorage", 2, 0, ones, ones);

    assertThat(refused(pickle))
        .startsWith("FILE has a tensor of 65 dimensions; at most 64 are allowed.");
  }

  @Test
  void repeatedRowsAreNoRows() throws IOException {
    var pickle = Pickle.start().op('}').text("a").tensor("FloatStorage", 2, 0, "2", "0");

    assertThat(refused(Category.UNSUPPORTED, pickle.op('s').op('.')))
        .startsWith("FILE has the tensor \"a\" of shape [2] with strides [0].");
  }

  @Test
  void nameThatStandsTwice() throws IOException {
    var pickle = Pickle.start().op('}');
    for (int i = 0; i < 2; i++) {
      pickle.text("a").tensor("FloatStorage", 2, 0, "2", "1").op('s');
    }

    assertThat(refused(pickle.op('.'))).startsWith("FILE has two tensors \"a\".");
  }

  @Test
  void namesAreTexts() throws IOException {
    assertThat(
            refused(Category.UNSUPPORTED, Pickle.start().op('}').whole(1).op('N').op('s').op('.')))
        .startsWith("FILE has an integer in the place of a tensor's name.");
  }

  /// Returns what is malformed about a pickle.
  private String malformed(Pickle pickle) throws IOException {
    var text = refused(pickle);
    assertThat(text).startsWith("FILE has a malformed pickle: ");
    return text.substring("FILE has a malformed pickle: ".length(), text.indexOf(".\n"));
  }

  private String refused(Pickle pickle) throws IOException {
    return refused(Category.BAD_INPUT, pickle);
  }

  private String refused(Category category, Pickle pickle) throws IOException {
    var file = pickle.zip(folder);
    try (var arena = Arena.ofConfined()) {
      var problem = catchThrowableOfType(Problem.class, () -> TorchFile.open(file, arena));
      assertThat(problem.category()).isEqualTo(category);
      return requireNonNull(problem.getMessage()).replace(file.toString(), "FILE");
    }
  }
}
