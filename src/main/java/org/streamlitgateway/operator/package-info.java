/**
 * Pages for operators below {@code /_gateway}: metrics, and who may see them. The status page is in a package of its own.
 * Visitors get 404, as if the pages did not exist.
 */
package org.streamlitgateway.operator;
