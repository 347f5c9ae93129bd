package moraine.core.impl.host;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Suggests what somebody meant by a name that does not exist. */
final class Nearest {
    private Nearest() {}

    /** {@return the end of a sentence: the nearest name when it is near, and all there are} */
    static String hint(String wrong, Collection<String> known) {
        if (known.isEmpty()) {
            return "there is none; install a bundle that provides one";
        }
        String all = known.stream().sorted().collect(Collectors.joining(", "));
        return known.stream()
                .filter(name -> distance(wrong, name) <= Math.max(2, name.length() / 3))
                .min(Comparator.<String>comparingInt(name -> distance(wrong, name))
                        .thenComparing(Comparator.naturalOrder()))
                .map(name -> "did you mean " + name + "? there are: " + all)
                .orElse("there are: " + all);
    }

    /** Levenshtein's distance: insertions, deletions and replacements. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
