package dev.embark.checks;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;

/// The rules that the text of Java files is held against, sizes apart.
final class SourceRules {
  private static final String ROOT_PACKAGE = "dev.embark";
  private static final Pattern OLD_DOC = Pattern.compile("^\\s*/\\*\\*");

  /// Annotations that switch a test off; those by operating system stay, for no test can make one.
  private static final Pattern SWITCHED_OFF = Pattern.compile("(Disabled|Enabled)(?!OnOs$)\\w*");

  private static final Set<String> ASSUMING =
      Set.of("assumeTrue", "assumeFalse", "assumeThat", "assumeThatCode", "assumingThat");

  private SourceRules() {}

  /// Docs are Markdown: `///`.
  static List<Violation> oldDocComments(Repository repository) {
    var found = new ArrayList<Violation>();
    for (var file : repository.named(".java")) {
      var lines = repository.lines(file);
      for (int line = 0; line < lines.size(); line++) {
        if (OLD_DOC.matcher(lines.get(line)).find()) {
          found.add(
              new Violation(file, line + 1, "write docs as /// Markdown, not as a /** block"));
        }
      }
    }
    return found;
  }

  /// Every package of the program says what it is and is free of null.
  static List<Violation> packagesWithoutNullMark(Repository repository) {
    var found = new ArrayList<Violation>();
    var seen = new HashSet<Path>();
    for (var file : repository.mainSources()) {
      var folder = file.resolveSibling("package-info.java");
      if (seen.add(folder)) {
        if (!repository.has(folder)) {
          found.add(new Violation(folder, 1, "is missing: say what the package is, @NullMarked"));
        } else if (!repository.text(folder).contains("@NullMarked")
            || !repository.text(folder).startsWith("///")) {
          found.add(new Violation(folder, 1, "needs a /// doc and @NullMarked"));
        }
      }
    }
    return found;
  }

  /// A switch over our own sealed types and enums names every case, so that the compiler can tell
  /// which one a new case is missing from.
  static List<Violation> defaultsOverClosedTypes(JavaSources sources) {
    var found = new ArrayList<Violation>();
    for (var unit : sources.units()) {
      new SwitchScanner(sources, unit, found).scan(unit, null);
    }
    return found;
  }

  private static final class SwitchScanner extends TreePathScanner<Void, Void> {
    private final JavaSources sources;
    private final CompilationUnitTree unit;
    private final List<Violation> found;

    SwitchScanner(JavaSources sources, CompilationUnitTree unit, List<Violation> found) {
      this.sources = sources;
      this.unit = unit;
      this.found = found;
    }

    @Override
    public Void visitSwitch(SwitchTree tree, Void nothing) {
      judge(tree, tree.getExpression(), tree.getCases());
      return super.visitSwitch(tree, null);
    }

    @Override
    public Void visitSwitchExpression(SwitchExpressionTree tree, Void nothing) {
      judge(tree, tree.getExpression(), tree.getCases());
      return super.visitSwitchExpression(tree, null);
    }

    private void judge(Tree tree, ExpressionTree selector, List<? extends CaseTree> cases) {
      boolean hasDefault =
          cases.stream()
              .flatMap(branch -> branch.getLabels().stream())
              .anyMatch(DefaultCaseLabelTree.class::isInstance);
      if (hasDefault && isClosedAndOurs(selector)) {
        found.add(
            sources.violation(unit, tree, "name every case of our own type instead of a default"));
      }
    }

    private boolean isClosedAndOurs(ExpressionTree selector) {
      var inner = selector instanceof ParenthesizedTree inside ? inside.getExpression() : selector;
      return sources.type(new TreePath(getCurrentPath(), inner)) instanceof DeclaredType declared
          && declared.asElement() instanceof TypeElement element
          && element.getQualifiedName().toString().startsWith(ROOT_PACKAGE + ".")
          && (element.getKind() == ElementKind.ENUM
              || element.getModifiers().contains(Modifier.SEALED));
    }
  }

  /// A test that may skip itself proves nothing on the machine where it does.
  static List<Violation> testsThatMaySkip(JavaSources sources) {
    var found = new ArrayList<Violation>();
    for (var unit : sources.units()) {
      new SkipScanner(sources, unit, found).scan(unit, null);
    }
    return found;
  }

  private static final class SkipScanner extends TreePathScanner<Void, Void> {
    private final JavaSources sources;
    private final CompilationUnitTree unit;
    private final List<Violation> found;

    SkipScanner(JavaSources sources, CompilationUnitTree unit, List<Violation> found) {
      this.sources = sources;
      this.unit = unit;
      this.found = found;
    }

    @Override
    public Void visitAnnotation(AnnotationTree tree, Void nothing) {
      judge(tree, SWITCHED_OFF.matcher(lastName(tree.getAnnotationType())).matches());
      return super.visitAnnotation(tree, null);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree tree, Void nothing) {
      boolean ofAssumptions =
          tree.getMethodSelect() instanceof MemberSelectTree select
              && lastName(select.getExpression()).equals("Assumptions");
      judge(tree, ofAssumptions || ASSUMING.contains(lastName(tree.getMethodSelect())));
      return super.visitMethodInvocation(tree, null);
    }

    private void judge(Tree tree, boolean skips) {
      if (skips) {
        found.add(
            sources.violation(
                unit,
                tree,
                "a test must not skip itself; make what it needs, or a tagged profile"));
      }
    }

    private static String lastName(Tree tree) {
      return switch (tree) {
        case IdentifierTree name -> name.getName().toString();
        case MemberSelectTree select -> select.getIdentifier().toString();
        default -> "";
      };
    }
  }
}
