package dev.embark.tokenize;

import java.util.SplittableRandom;

/// Texts that are hard on a tokenizer: every plane, mixed scripts, marks in any order, controls,
/// white space, emoji, ideographs, added tokens and almost added tokens, long words, letters whose
/// case is special. The same seed gives the same texts; none holds a lone surrogate.
final class Texts {
  private static final String[] SPECIAL_LETTERS = {
    "İ", "ı", "ß", "ẞ", "ΣΊΣΥΦΟΣ", "ΑΣ Σ", "ǅ", "ǆ", "ﬁ", "K", "Å", "Ω", "ŉ", "ǰ", "ΐ", "և", "Ŀ",
        "Œ", "ᾳ", "ᾼ", "Ⅷ", "Ⓐ",
    "Ꭰ", "ꭰ", "Ა", "ა", "Ⴀ", "ⴀ", "𐐀", "𞤀", "Ａ", "ｶﾞ", "Å", "é", "é", "ế", "가", "각", "ᄀ", "ᅡ",
        ";", "`", "豈", "יִ"
  };
  private static final String[] WORDS = {
    "the",
    "committee",
    "reviewed",
    "annual",
    "Report",
    "instruments",
    "tuned",
    "Paris",
    "capital",
    "unbelievable",
    "don't",
    "we've",
    "3.14e-2",
    "$9,999.99",
    "x",
    "a",
    "#",
    "##ing",
    "iPhone"
  };
  private static final String[] ADDED = {
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "[PAD]",
    "[UNK]",
    "[cls]",
    "[MASK",
    "MASK]",
    "[[SEP]]",
    "[SEP][SEP]",
    "<s>",
    "</s>",
    "<mask>",
    "[unused0]",
    "Über",
    "über",
    "ÜBER",
    "new york",
    "New York",
    "foo",
    "food",
    "foofoo"
  };
  private static final String[] CODE = {
    "def f(x):\n    return x**2\n",
    "for (int i = 0; i < n; i++) {\n\t\tsum += a[i];\n\t}",
    "if (a&&b||!c)",
    "0xDEADBEEF",
    "https://example.org/a?b=c&d=%20#e",
    "{\"k\": [1, 2.5e-10, null]}",
    "<div class='x'>",
    "C:\\dir\\file.txt",
    "snake_case_name",
    "camelCaseName",
    "HTTPServer",
    "$x->y::z",
    "```",
    "''quoted''"
  };
  private static final String[] CONTRACTIONS = {
    "it's",
    "IT'S",
    "we'll",
    "WE'LL",
    "I'm",
    "they're",
    "you've",
    "he'd",
    "don't",
    "'s",
    "'\u017F",
    "'ll",
    "'t",
    "''s",
    "can\u2019t",
    "'Re",
    "'VE",
    "'d'd",
    "o'clock"
  };
  private static final String[] RUNS = {" ", "\n", "\t", "\r\n", " \n", "\n ", "0", "-", "=", "."};
  private static final String[] LOOK_ALIKES = {
    "<|endoftext|>",
    "<|endoftext|",
    "<|im_start|>",
    "<|im_end|>",
    "<think>",
    "</think>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<mask>",
    "<start_of_turn>",
    "<extra_id_1>",
    "<0x41>",
    "<0xE2>",
    "<|begin_of_text|>",
    "<|eot_id|>",
    "\u2581",
    "\u2581the",
    "a\u2581b",
    "\u0120the",
    "[MASK] ",
    " [MASK]",
    " <mask>"
  };
  private static final String[] SPACES = {
    " ", "  ", "\t", "\n", "\r\n", "\u000B", "\f", "\u0085", "\u00A0", "\u1680", "\u2003", "\u2028",
    "\u202F", "\u3000", "\u200B", "\uFEFF"
  };
  private static final String[] EMOJI = {
    "🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏿", "☕️", "1️⃣", "🇯🇵", "❤️‍🔥", "⌚", "🫠"
  };
  private static final int[][] MARKS = {
    {0x300, 0x36F},
    {0x483, 0x489},
    {0x591, 0x5C7},
    {0x610, 0x61A},
    {0x64B, 0x65F},
    {0x6D6, 0x6ED},
    {0x7EB, 0x7F3},
    {0x8CA, 0x8FF},
    {0x900, 0x903},
    {0x93A, 0x94F},
    {0xE31, 0xE3A},
    {0xE47, 0xE4E},
    {0xF71, 0xF84},
    {0x1AB0, 0x1ACE},
    {0x1B34, 0x1B44},
    {0x1BAA, 0x1BAB},
    {0x1BE6, 0x1BF3},
    {0x1DC0, 0x1DFF},
    {0x20D0, 0x20F0},
    {0x302A, 0x302F},
    {0x3099, 0x309A},
    {0xA8E0, 0xA8F1},
    {0xA953, 0xA953},
    {0xA9C0, 0xA9C0},
    {0xFE20, 0xFE2F},
    {0x110B9, 0x110BA},
    {0x11235, 0x11236},
    {0x1134D, 0x1134D},
    {0x11442, 0x11446},
    {0x116B6, 0x116B7},
    {0x11C3F, 0x11C3F},
    {0x1D165, 0x1D172},
    {0x1D17B, 0x1D182},
    {0x1E000, 0x1E02A},
    {0x1E944, 0x1E94A}
  };
  private static final int[][] SCRIPTS = {
    {0x20, 0x7E},
    {0xA0, 0xFF},
    {0x100, 0x24F},
    {0x370, 0x3FF},
    {0x400, 0x52F},
    {0x531, 0x586},
    {0x5D0, 0x5EA},
    {0x620, 0x6FF},
    {0x904, 0x97F},
    {0xE01, 0xE5B},
    {0x10A0, 0x10FF},
    {0x1100, 0x11FF},
    {0x13A0, 0x13FF},
    {0x1E00, 0x1EFF},
    {0x1F00, 0x1FFF},
    {0x2000, 0x206F},
    {0x2100, 0x218F},
    {0x2C00, 0x2C7F},
    {0x3000, 0x30FF},
    {0x3400, 0x3410},
    {0x4E00, 0x9FFF},
    {0xA640, 0xA69F},
    {0xA720, 0xA7FF},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFB00, 0xFDFF},
    {0xFE30, 0xFFEF},
    {0x10400, 0x1044F},
    {0x1D100, 0x1D1FF},
    {0x1D400, 0x1D7FF},
    {0x1E900, 0x1E95F},
    {0x1F300, 0x1FAFF},
    {0x20000, 0x2A6DF},
    {0x2F800, 0x2FA1F},
    {0xE0000, 0xE01EF}
  };

  private final SplittableRandom random;

  Texts(long seed) {
    random = new SplittableRandom(seed);
  }

  String next() {
    var text = new StringBuilder();
    int parts = random.nextInt(1, 9);
    for (int i = 0; i < parts; i++) {
      add(text);
      if (random.nextInt(3) == 0) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private void add(StringBuilder text) {
    switch (random.nextInt(22)) {
      case 0, 1 -> text.appendCodePoint(anyCodePoint());
      case 2, 3 -> script(text);
      case 4, 5 -> text.append(one(WORDS));
      case 6 -> text.append((char) random.nextInt(128));
      case 7, 8 -> marks(text);
      case 9 -> text.append(one(SPACES));
      case 10 -> text.append(one(EMOJI));
      case 11 -> text.append(one(ADDED));
      case 12 -> longWord(text);
      case 13, 14 -> text.append(one(SPECIAL_LETTERS));
      case 15 -> block(text);
      case 16 -> text.append(one(CODE));
      case 17 -> text.append(one(CONTRACTIONS));
      case 18 -> text.append(one(RUNS).repeat(random.nextInt(1, 9)));
      case 19 -> digits(text);
      case 20 -> text.append(one(LOOK_ALIKES));
      default -> sentence(text);
    }
  }

  private String one(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private int anyCodePoint() {
    // As many from the basic plane as from all others.
    int bound = random.nextBoolean() ? 0x10000 : Character.MAX_CODE_POINT + 1;
    int codePoint = random.nextInt(bound - 0x800);
    return codePoint < Character.MIN_SURROGATE ? codePoint : codePoint + 0x800;
  }

  private void script(StringBuilder text) {
    var script = SCRIPTS[random.nextInt(SCRIPTS.length)];
    int length = random.nextInt(1, 7);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(random.nextInt(script[0], script[1] + 1));
    }
  }

  private void block(StringBuilder text) {
    int first = anyCodePoint() & ~0xF;
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      text.appendCodePoint(first + random.nextInt(16));
    }
  }

  private void marks(StringBuilder text) {
    if (random.nextInt(4) > 0) {
      script(text);
    }
    for (int i = random.nextInt(1, 7); i > 0; i--) {
      var marks = MARKS[random.nextInt(MARKS.length)];
      text.appendCodePoint(random.nextInt(marks[0], marks[1] + 1));
    }
  }

  private void digits(StringBuilder text) {
    for (int i = random.nextInt(1, 12); i > 0; i--) {
      text.append((char) random.nextInt('0', '9' + 1));
    }
    if (random.nextBoolean()) {
      text.append(one(RUNS)).append(random.nextInt(100));
    }
  }

  private void sentence(StringBuilder text) {
    for (int i = random.nextInt(2, 9); i > 0; i--) {
      text.append(one(WORDS)).append(' ');
    }
  }

  private void longWord(StringBuilder text) {
    if (random.nextInt(8) == 0) {
      var letter = random.nextBoolean() ? "z" : one(SPECIAL_LETTERS);
      text.append(letter.repeat(random.nextInt(95, 106)));
    } else {
      for (int i = random.nextInt(5, 30); i > 0; i--) {
        text.append((char) random.nextInt('a', 'z' + 1));
      }
    }
  }
}
