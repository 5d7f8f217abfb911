/**
 * Built-in pages and responses: health for load balancers under {@code /_gateway}, the list of apps, the page shown while an
 * app starts, and error responses with fixed texts.
 */
package org.streamlitgateway.pages;
