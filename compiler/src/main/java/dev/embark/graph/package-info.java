/// The graph: values, operations on the level at which papers speak, and their definition, the
/// reference interpreter.
@NullMarked
package dev.embark.graph;

import org.jspecify.annotations.NullMarked;
