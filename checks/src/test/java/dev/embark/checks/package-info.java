/// The house rules as tests: they read the classes, the sources and the documents of all modules.
@NullMarked
package dev.embark.checks;

import org.jspecify.annotations.NullMarked;
