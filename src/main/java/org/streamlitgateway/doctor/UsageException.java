package org.streamlitgateway.doctor;

/** The command line is wrong. The message is fit for the user and repeats no secret. */
final class UsageException extends Exception {
    UsageException(String message) {
        super(message);
    }
}
