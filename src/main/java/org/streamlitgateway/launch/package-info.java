/** A Streamlit process of our own: started on a free loopback port, watched, started again, and stopped with us. */
package org.streamlitgateway.launch;
