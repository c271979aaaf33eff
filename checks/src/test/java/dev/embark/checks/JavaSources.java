package dev.embark.checks;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.type.TypeMirror;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/// Java files as the compiler's own trees.
final class JavaSources {
  private final Path root;
  private final Trees trees;
  private final List<CompilationUnitTree> units;

  private JavaSources(Path root, Trees trees, List<CompilationUnitTree> units) {
    this.root = root;
    this.trees = trees;
    this.units = List.copyOf(units);
  }

  /// How far the compiler goes.
  enum Depth {
    /// Syntax only; needs no class path.
    SYNTAX,
    /// Every expression has its type.
    TYPES
  }

  /// Reads files of a project.
  static JavaSources read(Path root, List<Path> files, Depth depth) {
    var problems = new DiagnosticCollector<JavaFileObject>();
    var compiler = ToolProvider.getSystemJavaCompiler();
    var objects =
        compiler
            .getStandardFileManager(problems, null, null)
            .getJavaFileObjectsFromPaths(files.stream().map(root::resolve).toList());
    var options =
        List.of("-proc:none", "-classpath", System.getProperty("java.class.path"), "-Xlint:none");
    var task = (JavacTask) compiler.getTask(null, null, problems, options, null, objects);
    var units = new ArrayList<CompilationUnitTree>();
    try {
      task.parse().forEach(units::add);
      if (depth == Depth.TYPES) {
        task.analyze();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    problems.getDiagnostics().stream()
        .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
        .findFirst()
        .ifPresent(problem -> {
          throw new IllegalStateException("A source cannot be read: " + problem);
        });
    return new JavaSources(root, Trees.instance(task), units);
  }

  List<CompilationUnitTree> units() {
    return units;
  }

  /// Returns the file of a tree, relative to the root.
  Path file(CompilationUnitTree unit) {
    return root.relativize(Path.of(unit.getSourceFile().toUri()));
  }

  /// Returns the line on which a tree starts, counted from 1.
  long firstLine(CompilationUnitTree unit, Tree tree) {
    return unit.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(unit, tree));
  }

  /// Returns how many lines a tree covers.
  long lineCount(CompilationUnitTree unit, Tree tree) {
    long end = trees.getSourcePositions().getEndPosition(unit, tree);
    return unit.getLineMap().getLineNumber(end) - firstLine(unit, tree) + 1;
  }

  /// Returns the type of an expression; only where types were asked for.
  TypeMirror type(TreePath path) {
    return trees.getTypeMirror(path);
  }

  /// Returns the doc comment of a declaration, or the empty text.
  String doc(TreePath path) {
    var comment = trees.getDocComment(path);
    return comment == null ? "" : comment;
  }

  Violation violation(CompilationUnitTree unit, Tree tree, String message) {
    return new Violation(file(unit), firstLine(unit, tree), message);
  }
}
