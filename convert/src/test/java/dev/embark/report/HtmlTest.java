package dev.embark.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HtmlTest {
  @Test
  void whatStandsInTextsIsNoMarkup() {
    assertThat(new Html().element("td class='text'", "<s> & \"x\"\t").toString())
        .isEqualTo("<td class='text'>&lt;s&gt; &amp; &quot;x&quot;␣</td>\n");
  }

  @Test
  void differencesFallIntoHalvesOfPowersOfTen() {
    var histogram =
        Histogram.of(List.of(new float[] {0, 0, 0, 0}), List.of(new float[] {0, 2e-3f, 5e-3f, 2f}));
    var shares = histogram.shares();

    assertThat(shares.getFirst()).isEqualTo(0.25);
    assertThat(shares.getLast()).isEqualTo(0.25);
    for (int bin = 1; bin < shares.size() - 1; bin++) {
      double exponent = Histogram.exponent(bin);
      assertThat(shares.get(bin))
          .as("bin from 1e%s", exponent)
          .isEqualTo(exponent == -3 || exponent == -2.5 ? 0.25 : 0);
    }
  }
}
