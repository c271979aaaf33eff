/// Core ML packages, computed step by step as their files say: the proof of a conversion where
/// there is no Mac.
@NullMarked
package dev.embark.backend.coreml;

import org.jspecify.annotations.NullMarked;
