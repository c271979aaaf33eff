/// The proof of a bundle as a page that a person reads: one file of HTML that needs no other.
@NullMarked
package dev.embark.report;

import org.jspecify.annotations.NullMarked;
