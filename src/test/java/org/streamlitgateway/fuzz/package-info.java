/** What the fuzz tests of all packages share. They stand beside what they test, as {@code *FuzzTest}. */
package org.streamlitgateway.fuzz;
