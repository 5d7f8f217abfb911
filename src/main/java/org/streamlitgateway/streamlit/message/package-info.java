/**
 * Readers of the messages of a running session, for observation only: they see the bytes that the relay forwards, never hold
 * one back, and allocate nothing for each message. Field numbers are those of Streamlit 1.64; fields that are not known are
 * counted and skipped. Uses no other package.
 */
package org.streamlitgateway.streamlit.message;
