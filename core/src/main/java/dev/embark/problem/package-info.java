/// The one exception type: what is wrong, why, and what to do.
@NullMarked
package dev.embark.problem;

import org.jspecify.annotations.NullMarked;
