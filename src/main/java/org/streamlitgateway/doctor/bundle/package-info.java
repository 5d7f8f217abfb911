/** The file for support: what is needed to understand a problem from afar, and no secret. */
package org.streamlitgateway.doctor.bundle;
