package org.streamlitgateway.config;

/** Description of a setting for help texts, error messages and the reference. */
public interface SettingInfo {
    /**
     * Texts of a setting.
     *
     * @param key name of the setting
     * @param defaultValue default value; empty for none
     * @param form placeholder for the value, such as {@code HOST}
     * @param help meaning, in a few sentences
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
