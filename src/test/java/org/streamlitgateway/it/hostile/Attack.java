package org.streamlitgateway.it.hostile;

/**
 * One attack.
 *
 * @param kind of fault that it tries to find
 * @param sentence what the attacker does
 * @param heavy too long, or too much, for every build
 * @param attempt fails when the gateway does not withstand it
 */
record Attack(String kind, String sentence, boolean heavy, Attempt attempt) {
    /** Tries it on a running gateway. */
    @FunctionalInterface
    interface Attempt {
        void on(AttackTarget target) throws Exception;
    }

    static Attack of(String kind, String sentence, Attempt attempt) {
        return new Attack(kind, sentence, false, attempt);
    }

    static Attack heavy(String kind, String sentence, Attempt attempt) {
        return new Attack(kind, sentence, true, attempt);
    }
}
