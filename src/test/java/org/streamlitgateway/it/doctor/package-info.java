/** The doctor, at front ends with one fault each and at sound ones. */
package org.streamlitgateway.it.doctor;
