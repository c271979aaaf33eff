/// How long the stages of a model take on this machine.
@NullMarked
package dev.embark.timing;

import org.jspecify.annotations.NullMarked;
