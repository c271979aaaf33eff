/// Programs of others, run as children: they may print, hang or die without taking us along.
@NullMarked
package dev.embark.process;

import org.jspecify.annotations.NullMarked;
