/// Checkpoint to verified bundle: recipes, probe texts, witnesses, verdict.
@NullMarked
package dev.embark.convert;

import org.jspecify.annotations.NullMarked;
