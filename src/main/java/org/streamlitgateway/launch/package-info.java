/**
 * Streamlit processes of our own: started on free loopback ports, watched, started again, and stopped with us or when
 * nobody uses them.
 */
package org.streamlitgateway.launch;
