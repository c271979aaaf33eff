/// safetensors files: tensors as views of a mapped file.
@NullMarked
package dev.embark.format.safetensors;

import org.jspecify.annotations.NullMarked;
