/**
 * The common look of built-in pages: title and logo of the operator, one style for light and dark, and the escaping of text
 * from outside. Uses no page.
 */
package org.streamlitgateway.pages.look;
