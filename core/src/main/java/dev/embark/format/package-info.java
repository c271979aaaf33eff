/// Files on disk: mapped for reading, created for writing, never outside the model's folder. Each
/// format has its own package below this one.
@NullMarked
package dev.embark.format;

import org.jspecify.annotations.NullMarked;
