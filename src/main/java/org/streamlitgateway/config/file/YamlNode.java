package org.streamlitgateway.config.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.outcome.FailureText;

/**
 * A node of a YAML file, with its position for error messages. All values are read as text: {@code 20s}, {@code yes} and
 * {@code 8501} mean the same with and without quotes.
 */
public final class YamlNode {
    private final Path file;
    private final int line;
    private final String key;
    private final Node node;
    private final List<Problem> problems;

    private YamlNode(Path file, int line, String key, Node node, List<Problem> problems) {
        this.file = file;
        this.line = line;
        this.key = key;
        this.node = node;
        this.problems = problems;
    }

    /** Returns the root of a file; empty if the file is empty, or cannot be read, which is added to the problems. */
    public static Optional<YamlNode> read(Path file, List<Problem> problems) {
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setUseMarks(true)
                    .setAllowNonScalarKeys(true) // reported below, with its line
                    .build();
            String text = ConfigText.read(file);
            YamlBounds.check(settings, text);
            Optional<Node> root = new Compose(settings).composeString(text);
            return root.map(node -> new YamlNode(file, 1, "", node, problems));
        } catch (ConfigText.UnusableException e) {
            problems.add(e.in(file));
        } catch (MarkedYamlEngineException e) {
            String at =
                    e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
            problems.add(new Problem(file + at, "is not valid YAML: " + e.getProblem()));
        } catch (RuntimeException e) { // the parser throws others, too, for some malformed files
            problems.add(new Problem(file.toString(), "is not valid YAML: " + FailureText.of(e)));
        }
        return Optional.empty();
    }

    /** Returns file, line and key. */
    public String where() {
        return key.isEmpty() ? file.toString() : file + ":" + line + ": " + key;
    }

    /** Returns the folder of the file, to which paths in it are relative. */
    public Path folder() {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    /** Adds a problem with this node's position. */
    public void problem(String what) {
        problems.add(new Problem(where(), what));
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    public boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** Returns the entries of a mapping in their order. Adds a problem for anything else and for duplicate keys. */
    public Map<String, YamlNode> entries() {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        if (node.getTag().equals(Tag.NULL)) {
            return entries;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem("is not a mapping; write KEY: VALUE lines below it");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            YamlNode entry = new YamlNode(
                    file,
                    lineOf(tuple.getKeyNode()),
                    key.isEmpty() ? name : key + "." + name,
                    tuple.getValueNode(),
                    problems);
            if (entries.putIfAbsent(name, entry) != null) {
                entry.problem("is a duplicate; the first one is in line " + entries.get(name).line);
            }
        }
        return entries;
    }

    /** Returns the items of a list; a single value counts as a list of one. */
    public List<YamlNode> items() {
        if (!(node instanceof SequenceNode sequence)) {
            return node.getTag().equals(Tag.NULL) ? List.of() : List.of(this);
        }
        List<YamlNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(new YamlNode(file, lineOf(item), key + "[" + items.size() + "]", item, problems));
        }
        return List.copyOf(items);
    }

    /** Returns the value, or a list of values joined by commas; empty for a key without a value. */
    public RawValue value() {
        return value(",");
    }

    /** Returns the value, or a list of values joined by a separator. */
    public RawValue value(String separator) {
        List<String> values = new ArrayList<>();
        for (YamlNode item : items()) {
            if (item.node instanceof ScalarNode scalar) {
                values.add(scalar.getValue().trim());
            } else {
                item.problem("is not a single value");
            }
        }
        return new RawValue(where(), String.join(separator, values));
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
