/// What the tests of several floors share: the tiny checkpoints and what the originals answer.
@NullMarked
package dev.embark.testing;

import org.jspecify.annotations.NullMarked;
