package moraine.launcher.cli;

import java.util.ArrayList;
import java.util.List;

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
        return names;
    }
}
