package dev.embark.checkpoint.template;

/// What a rendering may cost: a unit for each expression and statement, and one for each character
/// or item that is made.
final class Budget {
  private static final long UNITS_MAX = 5_000_000;

  private final Refusals refusals;
  private long spent;

  Budget(Refusals refusals) {
    this.refusals = refusals;
  }

  void spend(long units) {
    spent += units;
    if (spent > UNITS_MAX) {
      throw refusals.endless("takes more than " + UNITS_MAX + " steps and characters");
    }
  }
}
