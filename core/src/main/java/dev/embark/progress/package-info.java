/// How long work tells a person how far it is, without knowing who listens.
@NullMarked
package dev.embark.progress;

import org.jspecify.annotations.NullMarked;
