package org.streamlitgateway.routing;

/** Whether an app serves visitors. */
public enum AppState {
    /** None of its replicas has answered or failed yet. */
    UNKNOWN,
    UP,
    DOWN,
    STARTING,
    /** A visit starts it. */
    ASLEEP,
    /** An operator has stopped it, or taken all its replicas out of service. */
    MAINTENANCE
}
