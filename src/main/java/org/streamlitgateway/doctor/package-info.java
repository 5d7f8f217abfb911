/**
 * The commands {@code doctor} and {@code healthcheck}. {@code doctor} follows the path of a browser to an app, hop by
 * hop, and says what is wrong, where, and how to mend it. {@code doctor.check} holds the checks, {@code doctor.probe} their HTTP and
 * WebSocket client, {@code doctor.session} Streamlit's messages, {@code doctor.hop} the products on the path,
 * {@code doctor.report} the result, and {@code doctor.bundle} the file for support. Nothing here is used while the gateway
 * serves.
 */
package org.streamlitgateway.doctor;
