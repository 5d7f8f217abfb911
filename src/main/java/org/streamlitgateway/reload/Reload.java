package org.streamlitgateway.reload;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * Result of reading the configuration.
 *
 * @param file the configuration file
 * @param applied false if the configuration was rejected, and the one before is kept
 * @param problems what is wrong with a rejected configuration, without secrets; at most some
 */
public record Reload(Path file, Instant time, boolean applied, List<String> problems) {
    static final int MAX_PROBLEMS = 20;
}
