package org.streamlitgateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages' order, as the root package's documentation draws it. */
@AnalyzeClasses(packages = "org.streamlitgateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "org.streamlitgateway.";

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_WHAT_RUNS_EMBEDDED_KNOWS_THE_SERVER = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "assembly..")
            .and()
            .doNotHaveSimpleName("EmbeddedHandover")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jetty.server..", "org.eclipse.jetty.ee10.servlet..");

    @ArchTest
    static final ArchRule ONLY_WHAT_RUNS_IN_TOMCAT_KNOWS_TOMCAT = noClasses()
            .that()
            .haveNameNotMatching(".*\\.Tomcat(Api|Wire)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache..");

    @ArchTest
    static final ArchRule CONFIGURATION_AND_OUTCOMES_STAND_ALONE = noClasses()
            .that()
            .resideInAnyPackage(ROOT + "config..", ROOT + "outcome..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jetty..", "jakarta..");

    @ArchTest
    static final ArchRule NOBODY_CALLS_THE_ASSEMBLY_BUT_THE_ROOT = noClasses()
            .that()
            .resideInAnyPackage(
                    ROOT + "config..",
                    ROOT + "outcome..",
                    ROOT + "guard..",
                    ROOT + "route..",
                    ROOT + "forward..",
                    ROOT + "http..",
                    ROOT + "bridge..",
                    ROOT + "channel..",
                    ROOT + "upstream..",
                    ROOT + "launch..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + "assembly..");

    @ArchTest
    static final ArchRule NAMES_SAY_SOMETHING =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Common|Misc)");
}
