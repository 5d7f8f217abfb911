package org.streamlitgateway.pages;

import org.streamlitgateway.routing.AppState;

/**
 * One app in the list of apps.
 *
 * @param path path of the app; ends with a slash
 */
public record AppListEntry(String path, String name, String description, AppState state) {}
