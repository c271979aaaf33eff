/// What Core ML asks of a package beyond its format: rules of Apple's open validator, and of its
/// devices, which say what they miss only when a model is opened there.
@NullMarked
package dev.embark.format.mlprogram.rules;

import org.jspecify.annotations.NullMarked;
