package org.streamlitgateway.config;

/**
 * One thing wrong with the configuration.
 *
 * @param where the source and key, as the user wrote it, such as {@code --proxy-port} or {@code $PROXY_PORT}
 * @param what what is wrong and how to mend it
 */
public record Problem(String where, String what) {
    @Override
    public String toString() {
        return where + ": " + what;
    }
}
