/**
 * The one model of what passes the gateway: requests, and sessions with the runs of their scripts. Metrics, access log, live
 * sessions and traces are fed from it, and nothing is counted twice. HTTP handlers, relays and channels report to it; it
 * knows none of them, and never holds a byte back.
 */
package org.streamlitgateway.observe;
