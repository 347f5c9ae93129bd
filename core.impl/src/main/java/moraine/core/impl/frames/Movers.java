package moraine.core.impl.frames;

import java.util.ArrayList;
import java.util.List;

/**
 * Who moves pages, by the number that a history word carries. Number 0 is nobody; once the numbers are used up,
 * newcomers share the last.
 */
public final class Movers {
    private static final int MANY = 255;

    private final List<String> names = new ArrayList<>(List.of("(nobody)"));

    /** {@return the mover's number; keep it, this takes a lock} */
    public synchronized int intern(String bundleAndVersion) {
        int known = names.indexOf(bundleAndVersion);
        if (known >= 0) {
            return known;
        }
        if (names.size() >= MANY) {
            return MANY;
        }
        names.add(bundleAndVersion);
        return names.size() - 1;
    }

    public synchronized String name(int mover) {
        return mover == MANY ? "(many)" : names.get(mover);
    }
}
