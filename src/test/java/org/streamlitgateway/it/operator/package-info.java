/** What operators see of a running gateway. */
package org.streamlitgateway.it.operator;
