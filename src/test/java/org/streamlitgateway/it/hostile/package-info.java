/**
 * The gateway under attack by clients, Streamlits and feeds that break every rule. Each attack is described in one
 * sentence. The RFCs and src/docs define the expected behaviour, not the code. {@code HostileSuiteIT} runs all attacks
 * and writes a table to {@code target/hostile.md}.
 */
package org.streamlitgateway.it.hostile;
