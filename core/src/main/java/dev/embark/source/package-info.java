/// Fetches what a person names (a folder, an ONNX file, a hub repository, a Maven artifact) into a
/// folder of this machine: resumed where it was cut, checked against the digests its origin gives,
/// and nothing fetched twice.
///
/// Start at [dev.embark.source.Sources]. *Invariant:* the network is asked only for what was named,
/// and only by the two classes that know an origin (`HubClient`, `MavenSource`).
@NullMarked
package dev.embark.source;

import org.jspecify.annotations.NullMarked;
