/** What the doctor has found, as lines of text and as JSON. Knows neither the checks nor the network. */
package org.streamlitgateway.doctor.report;
