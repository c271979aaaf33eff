/// What runs a stage: the contract of a backend. One package per runtime lies below; no other
/// package may name that runtime.
@NullMarked
package dev.embark.backend;

import org.jspecify.annotations.NullMarked;
