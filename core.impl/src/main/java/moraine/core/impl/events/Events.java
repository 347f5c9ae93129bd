package moraine.core.impl.events;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.FlightRecorder;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What happened on a machine: the last events in memory, and all of them in a flight recording while there is one.
 * Recording takes no lock and allocates nothing unless a flight recording runs. Threads are spread over a few rings so
 * that they do not meet on one counter; in virtual time there is one thread and one ring.
 */
@SuppressWarnings("EnumOrdinal") // events are longs in memory
public final class Events {
    private final Clock clock;
    private final int kept;
    private final Ring[] rings;

    /** @param kept how many events {@link #list} gives at most */
    public Events(Clock clock, int kept) {
        this.clock = clock;
        this.kept = kept;
        rings = new Ring[clock.virtual() ? 1 : 8];
        for (int i = 0; i < rings.length; i++) {
            rings[i] = new Ring(kept);
        }
    }

    /**
     * Records an event that happens now.
     *
     * @param initiator node that caused it, -1 when none
     * @param space space id, -1 when none
     * @param address first address, 0 when none
     * @param cause of a migration, or null
     */
    public void record(Event.Kind kind, int initiator, int space, long address, long pages, @Nullable Cause cause) {
        int ring = (int) Thread.currentThread().threadId() & (rings.length - 1);
        int code = cause == null ? Ring.noCause() : Ring.code(cause);
        rings[ring].put(clock.nowNs(), kind.ordinal(), initiator, space, address, pages, code);
        if (FlightRecorder.isInitialized()) {
            MachineEvent.commit(kind, initiator, space, address, pages, cause);
        }
    }

    /** {@return the last events, oldest first} */
    public List<Event> list() {
        List<Event> all = new ArrayList<>();
        for (Ring ring : rings) {
            ring.forEach(all::add);
        }
        all.sort(Comparator.comparingLong(Event::timeNs));
        return List.copyOf(all.subList(Math.max(0, all.size() - kept), all.size()));
    }
}
