/** A session with a Streamlit app: the messages that its page sends and receives (protobuf, as of Streamlit 1.64). */
package org.streamlitgateway.doctor.session;
