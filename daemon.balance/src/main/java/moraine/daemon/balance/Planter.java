package moraine.daemon.balance;

import java.util.List;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.model.Attribute;

/** Plants hints in a machine's pages, some at a time, one node after the other. */
final class Planter {
    private final Folios list;
    private final long each;
    private int turn;
    private int ended;
    private long left;

    /** @param each pages looked at each time */
    Planter(Folios list, long each) {
        this.list = list;
        this.each = each;
    }

    /** Begins anew, where the last time ended. */
    void begin() {
        left = each;
        ended = 0;
    }

    /** Goes on as far as the tick lets it. @return whether enough pages were looked at, or all */
    boolean goOn(Tick tick, List<Integer> nodes) {
        while (left > 0 && ended < nodes.size()) {
            if (!tick.mayGoOn()) {
                return false;
            }
            int node = nodes.get(turn % nodes.size());
            if (tick.scan(node, Attribute.HINT_FAULTABLE, list) > 0) {
                left -= pages();
                tick.hint(list);
            } else if (tick.mayGoOn()) {
                turn++;
                ended++;
            }
        }
        return true;
    }

    private long pages() {
        long pages = 0;
        for (int i = 0; i < list.size(); i++) {
            pages += list.pages(i);
        }
        return pages;
    }
}
