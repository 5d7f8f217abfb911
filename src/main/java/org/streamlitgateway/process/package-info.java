/**
 * Starts, supervises, restarts and stops local Streamlit processes, on free loopback ports.
 */
package org.streamlitgateway.process;
