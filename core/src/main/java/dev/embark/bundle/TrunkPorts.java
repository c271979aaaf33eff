package dev.embark.bundle;

/// What passes between the three stages of a chain: tables on the host, layers on a device, pooling
/// on the host. Whoever writes the stages and whoever runs them have to mean the same.
public final class TrunkPorts {
  /// What goes into the first layer: float32 `[1, sequence, hidden]`.
  public static final String EMBEDS = "inputs_embeds";

  /// What comes out of the last, of the same shape.
  public static final String HIDDEN = "last_hidden";

  /// What the device is told of padding where its tokens see what is behind them: float32 `[1,
  /// sequence]`, 0 for a token and [#UNSEEN] for padding.
  public static final String BIAS = "attn_bias";

  /// What is added to the score of a token that is not seen; from here `exp` is 0.
  public static final float UNSEEN = -1e4f;

  private TrunkPorts() {}
}
