/// What is shipped: the manifest, the pipeline from text to vector, and the proof.
@NullMarked
package dev.embark.bundle;

import org.jspecify.annotations.NullMarked;
