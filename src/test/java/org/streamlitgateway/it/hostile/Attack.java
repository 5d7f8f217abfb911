package org.streamlitgateway.it.hostile;

/**
 * One attack.
 *
 * @param kind kind of fault that the attack looks for
 * @param sentence action of the attacker
 * @param heavy whether it takes too long, or too many resources, for every build
 * @param attempt fails if the gateway does not withstand the attack
 */
record Attack(String kind, String sentence, boolean heavy, Attempt attempt) {
    /** Tries the attack on a running gateway. */
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
