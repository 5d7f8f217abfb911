/**
 * The proxies and servers between a browser and Streamlit: how to recognize who wrote an answer, and how to configure each
 * product. Knows nothing of checks.
 */
package org.streamlitgateway.doctor.hop;
