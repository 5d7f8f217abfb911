package org.streamlitgateway.pages;

/**
 * One app in the list of apps.
 *
 * @param path where the app is served; ends with a slash
 * @param up whether the app can be used now
 * @param asleep whether a visit starts the app
 */
public record AppListEntry(String path, String name, String description, boolean up, boolean asleep) {}
