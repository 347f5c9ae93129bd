package moraine.testkit.hmm;

import java.util.Set;

/**
 * One demand on a driver under the core.
 *
 * @param name of the kernel's test
 * @param capability what it exercises, to group reports by
 * @param variants what devices it is run with
 * @param body the demand; throws when it is not met
 */
public record Scenario(String name, String capability, Set<Variant> variants, Body body) {
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
        variants = Set.copyOf(variants);
    }

    static Scenario single(String name, String capability, Body body) {
        return new Scenario(name, capability, Variant.SINGLES, body);
    }

    static Scenario pair(String name, String capability, Body body) {
        return new Scenario(name, capability, Variant.PAIRS, body);
    }
}
