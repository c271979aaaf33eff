/// Checkpoint to graph, one file per architecture.
@NullMarked
package dev.embark.family;

import org.jspecify.annotations.NullMarked;
