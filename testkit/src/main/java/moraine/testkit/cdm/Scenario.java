package moraine.testkit.cdm;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One demand on a placement policy.
 *
 * @param name of it
 * @param needs claims without which it is not demanded
 * @param asks claims without which the opposite is demanded
 * @param form form of the strategy that it is made of, and without which it is not demanded; null for the usual one
 * @param body the demand; throws when it is not met
 */
public record Scenario(
        String name,
        Set<Claim> needs,
        Set<Claim> asks,
        @Nullable Form form,
        Body body) {
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
        asks = Set.copyOf(asks);
    }

    /** A demand on the usual form. */
    public Scenario(String name, Set<Claim> needs, Set<Claim> asks, Body body) {
        this(name, needs, asks, null, body);
    }

    /** A demand that has no opposite. */
    public Scenario(String name, Set<Claim> needs, Body body) {
        this(name, needs, Set.of(), body);
    }

    /** {@return a demand on all} */
    static Scenario always(String name, Body body) {
        return new Scenario(name, Set.of(), body);
    }

    static Scenario claimed(String name, Claim claim, Body body) {
        return new Scenario(name, Set.of(claim), body);
    }

    /** {@return a demand on who makes a claim, and on all others the opposite} */
    static Scenario eitherWay(String name, Claim claim, Body body) {
        return new Scenario(name, Set.of(), Set.of(claim), body);
    }

    /** {@return the same for who may be had in a form} */
    static Scenario eitherWay(String name, Form form, Claim claim, Body body) {
        return new Scenario(name, Set.of(), Set.of(claim), form, body);
    }
}
