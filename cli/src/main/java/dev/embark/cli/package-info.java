/// The command line: commands that wire the floors below together and print, nothing else.
@NullMarked
package dev.embark.cli;

import org.jspecify.annotations.NullMarked;
