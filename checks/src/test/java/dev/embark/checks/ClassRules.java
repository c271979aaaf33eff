package dev.embark.checks;

import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;

/// The rules that compiled classes are held against. They hold on an empty package too, so that a
/// rule is there before the first class it bites.
final class ClassRules {
  private static final List<String> FORBIDDEN_SUFFIXES =
      List.of("Manager", "Util", "Utils", "Helper", "Impl", "Support", "Info", "Data", "Base");

  /// Terms of the field that end like this and mean something: ONNX keeps "external data" in files
  /// beside a model.
  private static final Set<String> TERMS = Set.of("ExternalData");

  private ClassRules() {}

  /// Floors, order of rooms, siblings: the table in `Rooms`.
  static ArchRule plan() {
    return classes()
        .should(
            new ArchCondition<JavaClass>("keep to the plan of the house") {
              @Override
              public void check(JavaClass user, ConditionEvents events) {
                user.getDirectDependenciesFromSelf().forEach(use -> judge(use, events));
              }
            })
        .because("each package uses only packages above it; see ARCHITECTURE.md")
        .allowEmptyShould(true);
  }

  private static void judge(Dependency use, ConditionEvents events) {
    var target = use.getTargetClass().getBaseComponentType().getPackageName();
    if (target.equals("dev.embark") || target.startsWith("dev.embark.")) {
      Rooms.objection(use.getOriginClass().getPackageName(), target)
          .ifPresent(objection ->
              events.add(
                  SimpleConditionEvent.violated(use, objection + ": " + use.getDescription())));
    }
  }

  static ArchRule packagesFreeOfCycles() {
    return slices()
        .matching("dev.embark.(**)")
        .should()
        .beFreeOfCycles()
        .because("packages in a cycle are one package with several names")
        .allowEmptyShould(true);
  }

  static ArchRule onnxRuntimeIsFenced() {
    return noClasses()
        .that()
        .resideOutsideOfPackage("dev.embark.backend.onnxruntime..")
        .and()
        .resideOutsideOfPackage("dev.embark.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .because("only backend.onnxruntime knows ONNX Runtime; everything else asks a Backend")
        .allowEmptyShould(true);
  }

  static ArchRule nativeCodeIsFenced() {
    return noClasses()
        .that()
        .resideOutsideOfPackage("dev.embark.backend..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup)(\\$.*)?")
        .because("only backends call native code")
        .allowEmptyShould(true);
  }

  static ArchRule namesSayWhatAThingIs() {
    return classes()
        .that(are(named()))
        .should(
            new ArchCondition<JavaClass>("have a name that says what they are") {
              @Override
              public void check(JavaClass candidate, ConditionEvents events) {
                var name = candidate.getSimpleName();
                boolean empty =
                    name.startsWith("Abstract")
                        || FORBIDDEN_SUFFIXES.stream().anyMatch(name::endsWith);
                if (empty && !TERMS.contains(name)) {
                  events.add(
                      SimpleConditionEvent.violated(
                          candidate,
                          candidate.getFullName()
                              + " has a name that fits anything: no Abstract…, and no "
                              + String.join(" ", FORBIDDEN_SUFFIXES)
                              + "; a loose function goes to the type it speaks about"));
                }
              }
            })
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> named() {
    return DescribedPredicate.describe("named", candidate -> !candidate.isAnonymousClass());
  }

  static ArchRule noMutableStaticState() {
    return fields()
        .that()
        .areStatic()
        .should(
            new ArchCondition<JavaField>("be final, and no array where others see them") {
              @Override
              public void check(JavaField field, ConditionEvents events) {
                boolean seen = !field.getModifiers().contains(JavaModifier.PRIVATE);
                boolean generated = field.getModifiers().contains(JavaModifier.SYNTHETIC);
                boolean open = seen && field.getRawType().isArray() && !generated;
                if (!field.getModifiers().contains(JavaModifier.FINAL) || open) {
                  events.add(
                      SimpleConditionEvent.violated(
                          field,
                          field.getFullName()
                              + " is static state that can change: pass it to the constructor of"
                              + " what needs it, or make it a private constant"));
                }
              }
            })
        .allowEmptyShould(true);
  }

  static ArchRule oneExceptionType() {
    return noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.embark.problem.Problem")
        .should()
        .beAssignableTo(Throwable.class)
        .because("a Problem with a category says more than a type; see CODE_STYLE.md, errors")
        .allowEmptyShould(true);
  }

  static ArchRule noReflection() {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.reflect")
        .because("what is called by name is found by no compiler")
        .allowEmptyShould(true);
  }

  static ArchRule onlyTheCommandLinePrints() {
    return noClasses()
        .that()
        .resideOutsideOfPackages("dev.embark.cli..", "dev.embark.bench..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .because("a library neither prints nor ends the process of its user")
        .allowEmptyShould(true);
  }

  static ArchRule classesAreFinal() {
    return classes()
        .that(are(concrete()))
        .should()
        .haveModifier(JavaModifier.FINAL)
        .because("what may be extended must be designed for it; say sealed or final")
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> concrete() {
    return DescribedPredicate.describe(
        "concrete",
        candidate ->
            !candidate.isInterface()
                && !candidate.isEnum()
                && !candidate.isAnonymousClass()
                && !candidate.getModifiers().contains(JavaModifier.SYNTHETIC)
                && !candidate.getModifiers().contains(JavaModifier.ABSTRACT)
                // JMH makes its own subclass of a benchmark.
                && !candidate.isAnnotatedWith("org.openjdk.jmh.annotations.State")
                && !candidate.getSimpleName().equals("package-info"));
  }
}
