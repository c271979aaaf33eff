/// Protobuf messages without generated classes: written as streams whose sizes are known before,
/// read as views of mapped memory.
@NullMarked
package dev.embark.format.protobuf;

import org.jspecify.annotations.NullMarked;
