/**
 * The gateway under attack: clients, Streamlits and feeds that break every rule, each attack named in one sentence. What
 * is right is what the RFCs and src/docs say, not what the code does. {@code HostileSuiteIT} runs all of it and ends with
 * a table in {@code target/hostile.md}.
 */
package org.streamlitgateway.it.hostile;
