package org.streamlitgateway.config;

/** A setting as its users know it: in help texts, in error messages and in the reference. */
public interface SettingInfo {
    /**
     * What there is to say.
     *
     * @param key the name
     * @param defaultValue what holds when it is not given; empty for nothing
     * @param form what a value looks like
     * @param help one or two sentences
     */
    record Text(String key, String defaultValue, String form, String help) {}

    Text text();

    default String key() {
        return text().key();
    }

    default String defaultValue() {
        return text().defaultValue();
    }

    default String form() {
        return text().form();
    }

    default String help() {
        return text().help();
    }
}
