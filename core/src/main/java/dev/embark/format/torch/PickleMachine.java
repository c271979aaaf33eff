package dev.embark.format.torch;

import dev.embark.format.torch.PickleValue.Dictionary;
import dev.embark.format.torch.PickleValue.Listing;
import dev.embark.format.torch.PickleValue.Plain;
import dev.embark.format.torch.PickleValue.Text;
import dev.embark.format.torch.PickleValue.Tuple;
import dev.embark.format.torch.PickleValue.Whole;
import dev.embark.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs one pickle: a stack, marks on it, and a memo of what was made before.
///
/// It makes the values of [PickleValue] and calls nothing: what a pickle calls is answered by
/// [Calls].
final class PickleMachine {
  /// A tensor takes about 40; the largest file of a public checkpoint holds a few thousand tensors.
  private static final int STEPS_MAX = 4_000_000;

  /// Python hands over the entries of a dictionary by the thousand.
  private static final int STACK_MAX = 100_000;

  private static final int MEMO_MAX = 1_000_000;
  private static final int PROTOCOL_MIN = 2;
  private static final int PROTOCOL_MAX = 4;

  private final Complaint complaint;
  private final PickleBytes in;
  private final Calls calls;
  private final List<PickleValue> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, PickleValue> memo = new HashMap<>();

  /// Where the instruction stands that is carried out, and which one it is.
  private long place;

  private Opcode opcode = Opcode.PROTO;

  /// Creates the machine for the pickle that starts at the next byte of `in`.
  PickleMachine(Complaint complaint, PickleBytes in) {
    this.complaint = complaint;
    this.in = in;
    calls = new Calls(complaint);
  }

  /// Returns the storages that the pickle named, by key.
  Map<String, PickleValue.Storage> storages() {
    return calls.storages();
  }

  /// Returns the value of the pickle; the next byte is the one after it then.
  PickleValue run() {
    for (int step = 0; step < STEPS_MAX; step++) {
      place = in.at();
      int code = in.unsignedByte();
      opcode = Opcode.of(code).orElseThrow(() -> unknown(code));
      if (step == 0 && opcode != Opcode.PROTO) {
        throw malformed("where a protocol of 2 to 4 was expected");
      }
      if (opcode == Opcode.STOP) {
        var result = pop();
        if (!stack.isEmpty() || !marks.isEmpty()) {
          throw malformed("with " + stack.size() + " values too many");
        }
        return result;
      }
      step();
      if (stack.size() + marks.size() > STACK_MAX) {
        throw malformed("with more than " + STACK_MAX + " values on the stack");
      }
    }
    throw malformed("after " + STEPS_MAX + " others; that many are not carried out");
  }

  private void step() {
    switch (opcode) {
      case PROTO -> protocol(in.unsignedByte());
      case FRAME -> in.skip(Long.BYTES);
      case STOP -> throw new IllegalStateException("ends the run");
      case MARK -> marks.add(stack.size());
      case POP -> pop();
      case POP_MARK -> popToMark();
      case DUP -> push(top());
      case NONE -> push(Plain.NONE);
      case NEWTRUE -> push(Plain.TRUE);
      case NEWFALSE -> push(Plain.FALSE);
      case BININT -> push(new Whole(in.signedInt()));
      case BININT1 -> push(new Whole(in.unsignedByte()));
      case BININT2 -> push(new Whole(in.unsignedShort()));
      case LONG1 -> push(whole(in.unsignedByte()));
      case BINFLOAT -> skip(Double.BYTES, Plain.FLOAT);
      case BINSTRING, BINUNICODE -> push(new Text(in.text(in.unsignedInt())));
      case SHORT_BINSTRING, SHORT_BINUNICODE -> push(new Text(in.text(in.unsignedByte())));
      case BINUNICODE8 -> push(new Text(in.text(in.signedLong())));
      case BINBYTES -> skip(in.unsignedInt(), Plain.BYTES);
      case SHORT_BINBYTES -> skip(in.unsignedByte(), Plain.BYTES);
      case EMPTY_TUPLE -> push(new Tuple(List.of()));
      case TUPLE -> push(new Tuple(popToMark()));
      case TUPLE1 -> push(new Tuple(pop(1)));
      case TUPLE2 -> push(new Tuple(pop(2)));
      case TUPLE3 -> push(new Tuple(pop(3)));
      case EMPTY_LIST -> push(new Listing());
      case LIST -> list(popToMark());
      case APPEND -> append(pop(1));
      case APPENDS -> append(popToMark());
      case EMPTY_DICT -> push(new Dictionary());
      case DICT -> dictionary(popToMark());
      case SETITEM -> put(pop(2));
      case SETITEMS -> put(popToMark());
      case BINGET -> push(recall(in.unsignedByte()));
      case LONG_BINGET -> push(recall(in.unsignedInt()));
      case BINPUT -> remember(in.unsignedByte());
      case LONG_BINPUT -> remember(in.unsignedInt());
      case MEMOIZE -> remember(memo.size());
      case GLOBAL -> global(in.line(), in.line());
      case STACK_GLOBAL -> globalFromStack();
      case BINPERSID -> push(calls.storage(pop()));
      case REDUCE -> reduce();
      case BUILD -> build();
    }
  }

  private void protocol(int version) {
    if (version < PROTOCOL_MIN || version > PROTOCOL_MAX) {
      throw complaint.unsupported(
          "is a pickle of protocol " + version + "; Embark reads 2, 3 and 4",
          "torch.save writes protocol 2 unless it is told otherwise.");
    }
  }

  private PickleValue whole(int length) {
    if (length > Long.BYTES) {
      in.skip(length);
      return Plain.HUGE;
    }
    long number = 0;
    for (int i = 0; i < length; i++) {
      number |= (long) in.unsignedByte() << (8 * i);
    }
    int unused = 8 * (Long.BYTES - length);
    return new Whole(length == 0 ? 0 : number << unused >> unused);
  }

  private void skip(long count, Plain value) {
    in.skip(count);
    push(value);
  }

  private void list(List<PickleValue> items) {
    push(new Listing());
    append(items);
  }

  private void append(List<PickleValue> items) {
    if (!(top() instanceof Listing list)) {
      throw malformed("on " + top().kind() + ", expected a list");
    }
    items.forEach(list::add);
  }

  private void dictionary(List<PickleValue> items) {
    push(new Dictionary());
    put(items);
  }

  private void put(List<PickleValue> items) {
    if (!(top() instanceof Dictionary dictionary)) {
      throw malformed("on " + top().kind() + ", expected a dictionary");
    }
    if (items.size() % 2 != 0) {
      throw malformed("with a key that has no value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dictionary.put(items.get(i), items.get(i + 1));
    }
  }

  private PickleValue recall(long index) {
    var value = memo.get(index);
    if (value == null) {
      throw malformed("of number " + index + ", which was not remembered");
    }
    return value;
  }

  private void remember(long index) {
    memo.put(index, top());
    if (memo.size() > MEMO_MAX) {
      throw malformed("with more than " + MEMO_MAX + " values remembered");
    }
  }

  private void global(String module, String name) {
    push(Globals.find(module, name).orElseThrow(() -> complaint.global(module, name)));
  }

  private void globalFromStack() {
    var names = pop(2);
    if (!(names.get(0) instanceof Text(var module)) || !(names.get(1) instanceof Text(var name))) {
      throw malformed(
          "on " + names.get(0).kind() + " and " + names.get(1).kind() + ", expected two strings");
    }
    global(module, name);
  }

  private void reduce() {
    var call = pop(2);
    if (!(call.get(0) instanceof PickleValue.Function function)
        || !(call.get(1) instanceof Tuple(var arguments))) {
      throw malformed(
          "of "
              + call.get(0).kind()
              + " with "
              + call.get(1).kind()
              + ", expected a function with a tuple");
    }
    push(calls.answer(function, arguments));
  }

  /// Attributes of an `OrderedDict`, such as `_metadata`, say nothing about its tensors.
  private void build() {
    var state = pop();
    if (!(top() instanceof Dictionary) || !(state instanceof Dictionary)) {
      throw malformed(
          "of " + top().kind() + " with " + state.kind() + ", expected two dictionaries");
    }
  }

  private void push(PickleValue value) {
    stack.add(value);
  }

  private PickleValue pop() {
    return pop(1).getFirst();
  }

  private List<PickleValue> pop(int count) {
    int floor = marks.isEmpty() ? 0 : marks.getLast();
    if (stack.size() - count < floor) {
      throw malformed("on " + (stack.size() - floor) + " values, expected " + count);
    }
    return cut(stack.size() - count);
  }

  private List<PickleValue> popToMark() {
    if (marks.isEmpty()) {
      throw malformed("without a mark");
    }
    return cut(marks.removeLast());
  }

  private List<PickleValue> cut(int from) {
    var upper = stack.subList(from, stack.size());
    var values = List.copyOf(upper);
    upper.clear();
    return values;
  }

  private PickleValue top() {
    int floor = marks.isEmpty() ? 0 : marks.getLast();
    if (stack.size() == floor) {
      throw malformed("on 0 values, expected 1");
    }
    return stack.getLast();
  }

  private Problem malformed(String how) {
    return complaint.damaged(
        "has a malformed pickle: " + opcode + " " + how + " (byte " + place + ")", "");
  }

  private Problem unknown(int code) {
    return complaint.unsupported(
        "has the instruction 0x"
            + Integer.toHexString(code)
            + " at byte "
            + place
            + " of its pickle, which Embark does not carry out",
        "torch.save needs no such instruction for tensors.");
  }
}
