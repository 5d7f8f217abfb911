/** An HTTP/1.1 response as it was received, or the reason why there is none. Knows no connections. */
package org.streamlitgateway.doctor.probe.response;
