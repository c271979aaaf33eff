/// Tests of sources, against servers of this machine only.
@NullMarked
package dev.embark.source;

import org.jspecify.annotations.NullMarked;
