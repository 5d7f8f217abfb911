package org.streamlitgateway.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.it.Jdk;
import org.streamlitgateway.it.LaunchedProcess;

/** Tomcat with its own configuration, and with the connector and the context file of src/tomcat. */
record TomcatContainer(String name, Path home) implements Container {
    private static final Path CONNECTOR = Path.of("src", "tomcat", "connector.xml");
    private static final Path CONTEXT = Path.of("src", "tomcat", "streamlit-gateway.xml");
    private static final Pattern PORT = Pattern.compile("Starting ProtocolHandler \\[\"http-nio-\\S*?(\\d+)\"\\]");

    @Override
    public String startedLine() {
        return "Server startup in";
    }

    @Override
    public String webappLoader() {
        return "org.apache.catalina.loader.ParallelWebappClassLoader";
    }

    @Override
    public void layOut(Path base, ContainerSetup setup) throws IOException {
        Container.copy(home.resolve("conf"), base.resolve("conf"));
        for (String folder : List.of("logs", "temp", "webapps", "work", "conf/Catalina/localhost")) {
            Files.createDirectories(base.resolve(folder));
        }
        Path server = base.resolve("conf/server.xml");
        String connector = Files.readString(CONNECTOR)
                .replaceFirst("(?s)<!--.*?-->\\s*", "")
                .replace("port=\"8500\"", "port=\"" + setup.port + "\" address=\"" + setup.host + "\"")
                .replace("connectionTimeout=\"60000\"", "connectionTimeout=\"" + setup.clientTimeoutMillis() + "\"");
        Files.writeString(
                server,
                Files.readString(server)
                        .replaceFirst(
                                "<Connector port=\"8080\"[^>]*/>",
                                Matcher.quoteReplacement(
                                        connector.stripTrailing() + String.join("\n", setup.connectors)))
                        .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
                        .replace("<Engine ", "<Engine backgroundProcessorDelay=\"1\" "));
        Files.writeString(
                base.resolve("conf/logging.properties"),
                "\norg.streamlitgateway.level = " + setup.julLevel() + "\n",
                StandardOpenOption.APPEND);
        Files.writeString(
                base.resolve("conf/tomcat-users.xml"),
                "<tomcat-users xmlns=\"http://tomcat.apache.org/xml\"><role rolename=\"viewer\"/><user username=\""
                        + ContainerSetup.USER + "\" password=\"" + ContainerSetup.PASSWORD
                        + "\" roles=\"viewer\"/></tomcat-users>\n");
    }

    @Override
    public void deploy(Path base, ContainerSetup setup, Path war) throws IOException {
        StringBuilder parameters = new StringBuilder();
        setup.parameters.forEach((name, value) -> parameters.append(
                "<Parameter name=\"" + name + "\" value=\"" + value + "\" override=\"false\" />\n  "));
        String ours = "docBase=\"/opt/streamlit-gateway/streamlit-gateway.war\"";
        String docBase = "docBase=\"" + war + "\""
                + (setup.guarded ? " altDDName=\"" + Container.guardedDescriptor(base) + "\"" : "");
        Files.writeString(
                contextFile(base, setup),
                Files.readString(CONTEXT)
                        .replace(ours, docBase)
                        .replaceFirst("(?s)<Parameter .*/>", Matcher.quoteReplacement(parameters.toString())));
    }

    @Override
    public void undeploy(Path base, ContainerSetup setup) throws IOException {
        Files.delete(contextFile(base, setup));
    }

    private static Path contextFile(Path base, ContainerSetup setup) {
        return base.resolve("conf/Catalina/localhost").resolve(setup.fileName() + ".xml");
    }

    @Override
    public LaunchedProcess start(Path base, ContainerSetup setup, Jdk jdk) throws IOException {
        List<String> arguments = new ArrayList<>(jdk.options());
        arguments.addAll(setup.jvmArguments);
        Map<String, String> environment = new LinkedHashMap<>(setup.environment);
        environment.put("JAVA_HOME", jdk.home().toString());
        environment.put("CATALINA_HOME", home.toString());
        environment.put("CATALINA_BASE", base.toString());
        environment.put("CATALINA_OPTS", String.join(" ", arguments));
        environment.put("JAVA_OPTS", "");
        environment.put("JRE_HOME", "");
        return LaunchedProcess.start(
                List.of("sh", home.resolve("bin/catalina.sh").toString(), "run"), environment);
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
