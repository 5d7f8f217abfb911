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
 * One place in a YAML file: what stands there, and the words that lead a reader there. Everything is read as text, so
 * that {@code 20s}, {@code yes} and {@code 8501} mean the same with and without quotes.
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

    /** The whole file; empty when it cannot be read, which is a problem then, or says nothing. */
    public static Optional<YamlNode> read(Path file, List<Problem> problems) {
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setUseMarks(true)
                    .setAllowNonScalarKeys(true) // a problem of ours, with its line
                    .build();
            String text = ConfigText.read(file);
            YamlBounds.check(settings, text);
            Optional<Node> root = new Compose(settings).composeString(text);
            return root.map(node -> new YamlNode(file, 1, "", node, problems));
        } catch (ConfigText.UnusableException unusable) {
            problems.add(unusable.in(file));
        } catch (MarkedYamlEngineException malformed) {
            String at = malformed
                    .getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1))
                    .orElse("");
            problems.add(new Problem(file + at, "is not YAML: " + malformed.getProblem()));
        } catch (RuntimeException malformed) { // of the reader of YAML, and what it has not thought of
            problems.add(new Problem(file.toString(), "is not YAML: " + FailureText.of(malformed)));
        }
        return Optional.empty();
    }

    public String where() {
        return key.isEmpty() ? file.toString() : file + ":" + line + ": " + key;
    }

    /** The folder of the file, which relative paths in it start from. */
    public Path folder() {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    public void problem(String what) {
        problems.add(new Problem(where(), what));
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    public boolean isMapping() {
        return node instanceof MappingNode;
    }

    /** The entries of a mapping, in their order; anything else is a problem, and so is a key that stands twice. */
    public Map<String, YamlNode> entries() {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        if (node.getTag().equals(Tag.NULL)) {
            return entries;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem("is not a mapping; give KEY: VALUE lines below it");
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            YamlNode place = new YamlNode(
                    file,
                    lineOf(tuple.getKeyNode()),
                    key.isEmpty() ? name : key + "." + name,
                    tuple.getValueNode(),
                    problems);
            if (entries.putIfAbsent(name, place) != null) {
                place.problem("stands twice; the first is in line " + entries.get(name).line);
            }
        }
        return entries;
    }

    /** The items of a list; a single value counts as a list of one. */
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

    /** A value, or a list of values with commas between them; empty for a key with nothing behind it. */
    public RawValue given() {
        return given(",");
    }

    /** The same with something else between the values. */
    public RawValue given(String between) {
        List<String> words = new ArrayList<>();
        for (YamlNode item : items()) {
            if (item.node instanceof ScalarNode scalar) {
                words.add(scalar.getValue().trim());
            } else {
                item.problem("is not a single value");
            }
        }
        return new RawValue(where(), String.join(between, words));
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
