/** The status as JSON, and as tables for a terminal; and amounts for people. */
package org.streamlitgateway.status.text;
