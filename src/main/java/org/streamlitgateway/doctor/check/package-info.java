/**
 * The checks, in the order in which a page needs what they check. Each adds one finding, which names the hop at fault and how
 * to mend it. The checks of one address share an {@code Examination} and its thread.
 */
package org.streamlitgateway.doctor.check;
