package moraine.core.api.model;

import static java.util.Comparator.comparingInt;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a mistyped word most likely meant. */
public final class Nearest {
    private Nearest() {}

    /**
     * {@return the nearest name, if it is near enough to be meant: a third of its letters may differ, and at least one;
     * upper and lower case count alike}
     */
    public static Optional<String> of(String word, Collection<String> names) {
        String meant = lower(word);
        if (meant.isBlank()) {
            return Optional.empty();
        }
        return names.stream()
                .min(comparingInt((String name) -> distance(meant, lower(name))).thenComparing(name -> name))
                .filter(name ->
                        lower(name).startsWith(meant) || distance(meant, lower(name)) <= Math.max(1, mostEdits(name)));
    }

    private static int mostEdits(String name) {
        return (name.length() + 1) / 3;
    }

    private static String lower(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** {@return {@code ; did you mean NAME?} or, when no name is near, {@code ; there are NAMES}} */
    public static String hint(String word, Collection<String> names) {
        if (names.isEmpty()) {
            return "; there is none, so install a bundle that brings one";
        }
        return of(word, names)
                .map(name -> "; did you mean " + name + "?")
                .orElseGet(() -> "; there are " + String.join(", ", names));
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
