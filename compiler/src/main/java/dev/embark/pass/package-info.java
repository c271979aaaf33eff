/// Graph to graph, one file per pass.
@NullMarked
package dev.embark.pass;

import org.jspecify.annotations.NullMarked;
