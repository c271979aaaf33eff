/// `.bmodel` files of SOPHON's compiler, as far as they say what they hold.
@NullMarked
package dev.embark.format.bmodel;

import org.jspecify.annotations.NullMarked;
