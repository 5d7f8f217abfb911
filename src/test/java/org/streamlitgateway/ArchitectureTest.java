package org.streamlitgateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Order, size and surface of the packages, as the root package's documentation draws them. */
@AnalyzeClasses(packages = "org.streamlitgateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "org.streamlitgateway.";
    private static final Pattern TEXT = Pattern.compile(".*\\.(java|py|md|xml|yaml|ini|sh|c)");

    /** As words, and as parts of names. */
    private static final Pattern RETIRED =
            Pattern.compile("(?i)\\b(door|farewell|departure|vitals|handover|boarding|taker|rig|leg)s?\\b"
                    + "|(?-i:Doors?|Farewell|Departure|Vitals|Handover|Boarding|Taker|Wires?)(?![a-z])");

    private static final Path SOURCES = Path.of("src/main/java");
    private static final int MAX_FILES = 12;
    private static final int MAX_LINES = 1300;

    /** Records, enums, interfaces and exceptions are free. */
    private static final int MAX_PUBLIC_CLASSES = 3;

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching(ROOT + "(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_SERVER_AND_CONTAINER_USE_JETTY_SERVER = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "server..", ROOT + "container.jetty..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jetty.server..", "org.eclipse.jetty.ee10.servlet..");

    @ArchTest
    static final ArchRule ONLY_CONTAINER_TOMCAT_USES_TOMCAT = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "container.tomcat..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache..");

    @ArchTest
    static final ArchRule CONFIG_AND_OUTCOME_USE_NO_FRAMEWORK = noClasses()
            .that()
            .resideInAnyPackage(ROOT + "config..", ROOT + "outcome..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jetty..", "jakarta..");

    @ArchTest
    static final ArchRule ONLY_THE_ROOT_PACKAGE_USES_GATEWAY_AND_SERVER = noClasses()
            .that()
            .resideInAPackage(ROOT + "*..")
            .and()
            .resideOutsideOfPackages(ROOT + "gateway..", ROOT + "server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "gateway..", ROOT + "server..");

    @ArchTest
    static final ArchRule NAMES_SAY_SOMETHING =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Common|Misc)");

    @ArchTest
    static void packagesHaveAtMostThreePublicClasses(JavaClasses classes) {
        Map<String, TreeSet<String>> surface = new TreeMap<>();
        classes.stream().filter(ArchitectureTest::isPublicClass).forEach(found -> surface.computeIfAbsent(
                        found.getPackageName(), name -> new TreeSet<>())
                .add(found.getSimpleName()));
        assertAll(surface.entrySet().stream()
                .map(entry -> () -> assertTrue(entry.getValue().size() <= MAX_PUBLIC_CLASSES, entry::toString)));
    }

    private static boolean isPublicClass(JavaClass type) {
        return type.isTopLevelClass()
                && type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.isInterface()
                && !type.isEnum()
                && !type.isRecord()
                && !type.isAssignableTo(Throwable.class);
    }

    @Test
    void packagesAreSmall() throws IOException {
        Map<Path, List<Path>> packages;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            packages = files.filter(file -> file.toString().endsWith(".java") && !file.endsWith("package-info.java"))
                    .collect(Collectors.groupingBy(Path::getParent));
        }
        assertAll(packages.entrySet().stream().map(entry -> () -> {
            assertTrue(entry.getValue().size() <= MAX_FILES, () -> entry.getKey() + " has too many files");
            long lines = 0;
            for (Path file : entry.getValue()) {
                lines += Files.readAllLines(file).size();
            }
            assertTrue(lines <= MAX_LINES, entry.getKey() + " has too many lines: " + lines);
        }));
    }

    /** A corpus is found by the names of class and method, so a rename would silently leave it behind. */
    @Test
    void everyCorpusBelongsToAFuzzTest() throws IOException {
        try (Stream<Path> folders = Files.walk(Path.of("src/test/resources"))) {
            List<Path> lost = folders.filter(
                            folder -> folder.getParent().toString().endsWith("FuzzTestInputs"))
                    .filter(folder -> !isFuzzTest(folder))
                    .toList();
            assertEquals(List.of(), lost);
        }
    }

    private static boolean isFuzzTest(Path corpus) {
        Path test = Path.of(
                corpus.getParent().toString().replace("resources", "java").replaceFirst("Inputs$", ".java"));
        try {
            return Files.readString(test).contains("void " + corpus.getFileName() + "(");
        } catch (IOException e) {
            return false;
        }
    }

    /** The field has a word for each of these; see the words of the packages' documentation. */
    @Test
    void retiredWordsStayAway() throws IOException {
        Path self = Path.of("src/test/java/org/streamlitgateway/ArchitectureTest.java");
        List<String> found = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src"));
                Stream<Path> root = Files.list(Path.of(""))) {
            for (Path file : Stream.concat(sources, root)
                    .filter(file -> TEXT.matcher(file.toString()).matches() && !file.equals(self))
                    .toList()) {
                int line = 0;
                for (String text : Files.readAllLines(file)) {
                    line++;
                    if (RETIRED.matcher(text).find()) {
                        found.add(file + ":" + line + ": " + text.strip());
                    }
                }
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void everyPackageIsDocumented() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<Path> undocumented = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                    .toList();
            assertEquals(List.of(), undocumented);
        }
    }
}
