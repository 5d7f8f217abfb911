/**
 * Reads configuration files: text in bounded size, and YAML in bounded depth.
 */
package org.streamlitgateway.config.file;
