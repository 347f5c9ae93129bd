package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.Policies;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.Nearest;
import moraine.core.api.model.PolicyInfo;

/** Names of policy instances in a list, such as {@code hmm,cdm(counterThreshold=64,largePages=true)}. */
final class PolicyNames {
    private PolicyNames() {}

    /** {@return the names, divided at commas outside brackets} */
    static List<String> split(String text) {
        var names = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && (depth == 0 || i == text.length())) {
                names.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        if (names.contains("")) {
            throw Texts.bad(
                    "--policies " + text + " has an empty name; write names with a comma between, such as hmm,cdm");
        }
        for (String name : names) {
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw Texts.bad("--policies " + text + " names " + name + " twice; drop one");
            }
        }
        return names;
    }

    private static String family(String name) {
        int bracket = name.indexOf('(');
        return (bracket < 0 ? name : name.substring(0, bracket)).strip();
    }

    /** Refuses a policy that is not installed. */
    static void requireKnown(String name, Policies policies) {
        String family = family(name);
        List<String> known = policies.available().stream().map(PolicyInfo::name).toList();
        if (!family.equals("*") && !known.contains(family)) {
            throw Texts.bad("no policy " + family + Nearest.hint(family, known));
        }
    }

    /**
     * Puts a policy in place, or throws why it was refused.
     *
     * @param otherwise what follows from a refusal, a clause
     */
    static void use(String name, Policies policies, boolean strict, String otherwise) {
        requireKnown(name, policies);
        ExchangeReport report = policies.use(name, strict);
        if (report.kind() == ExchangeReport.Kind.REFUSED) {
            throw Texts.bad("policy " + name + " is refused: " + report.reason() + otherwise);
        }
    }
}
