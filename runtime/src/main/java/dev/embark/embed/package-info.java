/// Texts to vectors, weights and scores: prompts, batches without padding, callers without
/// contention.
@NullMarked
package dev.embark.embed;

import org.jspecify.annotations.NullMarked;
