package org.streamlitgateway.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.LaunchedProcess;

/** Standalone Jetty on a copy of the project's jetty-base, with a context file of the test. */
record JettyContainer(String name, Path home) implements Container {
    private static final Path OUR_BASE = Path.of("jetty-base");
    private static final Pattern PORT = Pattern.compile("Started \\S*ServerConnector@.*:(\\d+)}");

    @Override
    public String startedLine() {
        return "Started oejs.Server@";
    }

    @Override
    public String webappLoader() {
        return "org.eclipse.jetty.ee10.webapp.WebAppClassLoader";
    }

    @Override
    public void layOut(Path base, ContainerSetup setup) throws IOException {
        Container.copy(OUR_BASE, base);
        Files.deleteIfExists(base.resolve("webapps/streamlit-gateway.xml"));
        Files.createDirectories(base.resolve("work"));
        Path ini = base.resolve("start.d/streamlit-gateway.ini"); // its settings would override those of the test
        Files.writeString(ini, Files.readString(ini).replaceAll("(?m)^streamlit-gateway\\.", "#$0"));
        Path logging = base.resolve("etc/logging.properties");
        Files.writeString(
                logging,
                Files.readString(logging)
                        .replace(
                                "org.streamlitgateway.level = INFO",
                                "org.streamlitgateway.level = " + setup.julLevel()));
        Files.writeString(
                base.resolve("etc/realm.properties"),
                ContainerSetup.USER + ": " + ContainerSetup.PASSWORD + ",viewer\n");
    }

    @Override
    public void deploy(Path base, ContainerSetup setup, Path war) throws IOException {
        StringBuilder context = new StringBuilder("""
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
                <Configure class="org.eclipse.jetty.ee10.webapp.WebAppContext">
                  <Set name="contextPath">%s</Set>
                  <Set name="war">%s</Set>
                  <Get name="servletHandler"><Set name="filterChainsCached">false</Set></Get>
                """.formatted(setup.contextPath, war));
        setup.parameters.forEach((name, value) -> context.append(
                "  <Call name=\"setInitParameter\"><Arg>" + name + "</Arg><Arg>" + value + "</Arg></Call>\n"));
        if (setup.guarded) {
            context.append("""
                      <Set name="descriptor">%s</Set>
                      <Call class="org.eclipse.jetty.util.resource.ResourceFactory" name="root">
                        <Call id="users" name="newResource"><Arg>%s</Arg></Call>
                      </Call>
                      <Get name="securityHandler">
                        <Set name="loginService">
                          <New class="org.eclipse.jetty.security.HashLoginService">
                            <Set name="name">gateway</Set>
                            <Set name="config"><Ref refid="users" /></Set>
                          </New>
                        </Set>
                      </Get>
                    """.formatted(Container.guardedDescriptor(base), base.resolve("etc/realm.properties")));
        }
        Files.writeString(contextFile(base, setup), context.append("</Configure>\n"));
    }

    @Override
    public void undeploy(Path base, ContainerSetup setup) throws IOException {
        Files.delete(contextFile(base, setup));
    }

    private static Path contextFile(Path base, ContainerSetup setup) {
        return base.resolve("webapps").resolve(setup.fileName() + ".xml");
    }

    @Override
    public LaunchedProcess start(Path base, ContainerSetup setup, Jdk jdk) throws IOException {
        List<String> command = new ArrayList<>(List.of(jdk.tool("java").toString()));
        command.addAll(jdk.options());
        command.addAll(setup.jvmArguments);
        command.addAll(List.of("-jar", home.resolve("start.jar").toString(), "jetty.base=" + base));
        command.add("jetty.http.host=" + setup.host);
        command.add("jetty.http.port=" + setup.port);
        command.add("jetty.http.idleTimeout=" + setup.clientTimeoutMillis());
        command.add("jetty.deploy.scanInterval=1");
        return LaunchedProcess.start(command, setup.environment);
    }

    @Override
    public int port(String output) {
        Matcher port = PORT.matcher(output);
        if (!port.find()) {
            throw new AssertionError("no port in: " + output);
        }
        return Integer.parseInt(port.group(1));
    }
}
