/// Core ML programs: the `.mlmodel` message and the weight file of an `.mlpackage`, read and
/// written.
@NullMarked
package dev.embark.format.mlprogram;

import org.jspecify.annotations.NullMarked;
