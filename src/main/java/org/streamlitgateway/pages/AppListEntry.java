package org.streamlitgateway.pages;

/**
 * One app in the list of apps.
 *
 * @param path path of the app; ends with a slash
 * @param up whether the app is available now
 * @param asleep whether a visit starts the app
 */
public record AppListEntry(String path, String name, String description, boolean up, boolean asleep) {}
