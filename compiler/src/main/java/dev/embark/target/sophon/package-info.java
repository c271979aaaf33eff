/// Graphs to the text that SOPHON's compiler takes.
@NullMarked
package dev.embark.target.sophon;

import org.jspecify.annotations.NullMarked;
