/// A fetched source becomes configuration, lazily mapped weights and the pipeline.
@NullMarked
package dev.embark.checkpoint;

import org.jspecify.annotations.NullMarked;
