package moraine.launcher.cli;

import static java.util.Comparator.comparingInt;

import java.util.Collection;
import java.util.Optional;

/** Finds the name that a mistyped word most likely meant. */
final class Nearest {
    private Nearest() {}

    /**
     * {@return the nearest name, if it is near enough to be meant: a third of its letters may differ, and at least one}
     */
    static Optional<String> of(String word, Collection<String> names) {
        return names.stream()
                .min(comparingInt((String name) -> distance(word, name)).thenComparing(name -> name))
                .filter(name -> name.startsWith(word) || distance(word, name) <= Math.max(1, (name.length() + 1) / 3));
    }

    /** {@return {@code ; did you mean NAME?} or, when no name is near, {@code ; there are NAMES}} */
    static String hint(String word, Collection<String> names) {
        return of(word, names)
                .map(name -> "; did you mean " + name + "?")
                .orElse("; there are " + String.join(", ", names));
    }

    /** {@return letters to insert, drop, replace or swap with a neighbour (optimal string alignment)} */
    static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] last = row(b.length() + 1);
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                now[j] = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], now[j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    now[j] = Math.min(now[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = now;
        }
        return last[b.length()];
    }

    private static int[] row(int length) {
        int[] row = new int[length];
        for (int i = 0; i < length; i++) {
            row[i] = i;
        }
        return row;
    }
}
