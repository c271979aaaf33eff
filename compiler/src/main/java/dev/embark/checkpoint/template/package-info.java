/// Chat templates: the part of [Jinja](https://jinja.palletsprojects.com/en/stable/templates/) that
/// those of rerankers are written in, rendered as transformers does.
///
/// Blocks take the newline after them and the spaces before them (`trim_blocks`, `lstrip_blocks`),
/// and a newline at the end of the template is dropped. What the reference would say with a value
/// that is not understood here, is refused by name when it is reached.
///
/// A text may contain *holes*, each standing for any text at all. They can be joined with others
/// and printed; where a template looks at a hole, or changes it, rendering ends in a
/// [dev.embark.problem.Problem]. So what renders with holes is a plain concatenation, whatever the
/// texts.
@NullMarked
package dev.embark.checkpoint.template;

import org.jspecify.annotations.NullMarked;
