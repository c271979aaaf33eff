/// What `embark doctor` looks at: one check, one class.
@NullMarked
package dev.embark.cli.doctor;

import org.jspecify.annotations.NullMarked;
