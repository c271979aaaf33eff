/// Graph to a Core ML package whose program has fixed shapes.
@NullMarked
package dev.embark.target.coreml;

import org.jspecify.annotations.NullMarked;
