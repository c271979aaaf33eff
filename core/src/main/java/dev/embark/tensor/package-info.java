/// Element types, shapes, off-heap tensor views, and weights as lazy recipes over them.
@NullMarked
package dev.embark.tensor;

import org.jspecify.annotations.NullMarked;
