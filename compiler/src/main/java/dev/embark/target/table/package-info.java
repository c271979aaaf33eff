/// Graph to a table of token vectors, for models without a transformer.
@NullMarked
package dev.embark.target.table;

import org.jspecify.annotations.NullMarked;
