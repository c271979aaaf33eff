/// What the targets that compute on devices share: a trunk, said in the words of a compiler.
@NullMarked
package dev.embark.target;

import org.jspecify.annotations.NullMarked;
