package moraine.testkit.cdm;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A placement policy under test, with what it claims.
 *
 * @param name in reports
 * @param policy instance name
 * @param answers what each requester gets, as {@link Requester#ask} tells it
 * @param claims what else it says it does
 * @param forms instance names of the other forms in which it may be had
 */
public record Strategy(
        String name, String policy, Map<Requester, String> answers, Set<Claim> claims, Map<Form, String> forms) {
    public Strategy {
        answers = Map.copyOf(answers);
        claims = Set.copyOf(claims);
        forms = Map.copyOf(forms);
    }

    /** A strategy of one form. */
    public Strategy(String name, String policy, Map<Requester, String> answers, Set<Claim> claims) {
        this(name, policy, answers, claims, Map.of());
    }

    /** {@return the same with other forms} */
    public Strategy in(Map<Form, String> others) {
        return new Strategy(name, policy, answers, claims, others);
    }

    /** {@return whether a scenario is demanded of it} */
    boolean meets(Scenario scenario) {
        return claims.containsAll(scenario.needs()) && (scenario.form() == null || forms.containsKey(scenario.form()));
    }

    /** {@return it in the form that a scenario asks for} */
    Strategy as(Scenario scenario) {
        return scenario.form() == null
                ? this
                : new Strategy(name, Objects.requireNonNull(forms.get(scenario.form())), answers, claims, forms);
    }
}
