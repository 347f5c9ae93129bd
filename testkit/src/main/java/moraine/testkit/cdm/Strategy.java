package moraine.testkit.cdm;

import java.util.Map;
import java.util.Set;

/**
 * A placement policy under test, with what it claims.
 *
 * @param name in reports
 * @param policy instance name
 * @param answers what each requester gets, as {@link Requester#ask} tells it
 * @param claims what else it says it does
 */
public record Strategy(String name, String policy, Map<Requester, String> answers, Set<Claim> claims) {
    public Strategy {
        answers = Map.copyOf(answers);
        claims = Set.copyOf(claims);
    }
}
