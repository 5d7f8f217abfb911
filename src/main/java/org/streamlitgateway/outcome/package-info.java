/** The closed set of ways in which things end, and what each side is told. Depends on nothing. */
package org.streamlitgateway.outcome;
