package moraine.testkit.cdm;

import java.util.Set;

/**
 * One demand on a placement policy.
 *
 * @param name of it
 * @param needs claims without which it is not demanded
 * @param body the demand; throws when it is not met
 */
public record Scenario(String name, Set<Claim> needs, Body body) {
    /** What a scenario does with a fresh machine. */
    @FunctionalInterface
    public interface Body {
        /**
         * Does it.
         *
         * @throws AssertionError when the subject does not meet the demand
         * @throws RuntimeException when it does not even get that far
         */
        void run(Rig rig);
    }

    public Scenario {
        needs = Set.copyOf(needs);
    }

    /** {@return a demand on all} */
    static Scenario always(String name, Body body) {
        return new Scenario(name, Set.of(), body);
    }

    static Scenario claimed(String name, Claim claim, Body body) {
        return new Scenario(name, Set.of(claim), body);
    }
}
