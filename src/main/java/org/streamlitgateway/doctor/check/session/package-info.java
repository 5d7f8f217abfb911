/** The checks of WebSockets, and of what happens in a session with the app. */
package org.streamlitgateway.doctor.check.session;
