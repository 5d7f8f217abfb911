/**
 * The status page: one snapshot as an HTML page without scripts, as JSON, and as text for the command {@code ctl}; and the
 * forms of its actions. Everything from outside is escaped; no Streamlit session id and no secret is in the snapshot.
 */
package org.streamlitgateway.status.page;
