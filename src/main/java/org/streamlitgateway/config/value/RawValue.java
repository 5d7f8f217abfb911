package org.streamlitgateway.config.value;

/**
 * A value as the user wrote it.
 *
 * @param where source and key, such as {@code --proxy-port} or {@code gateway.yaml:3: proxy-port}
 * @param text the text of the value, trimmed
 */
public record RawValue(String where, String text) {}
