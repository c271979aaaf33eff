package dev.embark.tensor;

/// The Gauss error function in double precision.
public final class ErrorFunction {
  private ErrorFunction() {}

  /// Returns `erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1) / (1·3·5·…·(2n+1))` ([DLMF
  /// 7.6.2](https://dlmf.nist.gov/7.6.E2)). All terms have one sign, so nothing cancels; beyond ±6
  /// the result is ±1 in double precision.
  public static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    double twice = 2 * x * x;
    for (int odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
      term *= twice / odd;
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
