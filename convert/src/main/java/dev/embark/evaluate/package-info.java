/// How good a model's vectors and scores are at what they are for, with intervals that say how much
/// of a difference is chance.
@NullMarked
package dev.embark.evaluate;

import org.jspecify.annotations.NullMarked;
