package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Errno;
import moraine.core.impl.Rooms;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.hints.Advisor;
import moraine.core.impl.hints.Remaps;
import moraine.core.impl.host.Desk;
import moraine.core.impl.host.Requesters;
import moraine.core.impl.machine.SpaceEnd;
import moraine.core.impl.migration.RequestedMoves;
import moraine.core.impl.pins.Pinner;
import org.jspecify.annotations.Nullable;

/** The address spaces of a machine, by id in the order in which they were opened. */
public final class Spaces {
    private final Rooms rooms;
    private final CpuFaults faults;
    private final SpaceEnd end;
    private final RequestedMoves moves;
    private final Pinner pinner;
    private final Remaps remaps;
    private final Advisor advisor;
    private @Nullable Desk reaper;
    private final AtomicInteger nextId = new AtomicInteger(1);
    private final ConcurrentSkipListMap<Integer, SpaceImpl> byId = new ConcurrentSkipListMap<>();

    public Spaces(Rooms rooms, CpuFaults faults, SpaceEnd end, Requesters requesters) {
        this.rooms = rooms;
        this.faults = faults;
        this.end = end;
        this.moves = new RequestedMoves(rooms, this);
        this.pinner = new Pinner(rooms, faults);
        this.remaps = new Remaps(rooms, faults, this);
        this.advisor = new Advisor(rooms, remaps, requesters);
    }

    public AddressSpace open(String name, int tenant) {
        return create(name, tenant);
    }

    SpaceImpl create(String name, int tenant) {
        SpaceImpl space = new SpaceImpl(rooms, this, nextId.getAndIncrement(), name, tenant);
        byId.put(space.id(), space);
        return space;
    }

    public @Nullable SpaceImpl byId(int id) {
        return byId.get(id);
    }

    public List<SpaceImpl> list() {
        return new ArrayList<>(byId.values());
    }

    /**
     * Makes processors translate anew: a page whose translation one keeps is marked young no more, so that in a new
     * round of ageing it has to be again. Waits for nobody.
     */
    public void renewTranslations() {
        for (SpaceImpl space : byId.values()) {
            space.contexts().renew();
            space.devices().all().forEach(table -> table.contexts().renew());
        }
    }

    public RequestedMoves moves() {
        return moves;
    }

    Pinner pinner() {
        return pinner;
    }

    Remaps remaps() {
        return remaps;
    }

    Advisor advisor() {
        return advisor;
    }

    /** Has a space that was killed closed by an actor, which is made for the first one. */
    void reap(SpaceImpl space) {
        synchronized (byId) {
            if (reaper == null) {
                int home = rooms.topology.profile().nodes().getFirst().id();
                reaper = new Desk(rooms.environment, "moraine-reaper", rooms.home(home));
            }
            reaper.post(space::close);
        }
    }

    /** Ends what the spaces have in common; all are closed. */
    public void close() {
        synchronized (byId) {
            if (reaper != null) {
                reaper.close();
            }
        }
        advisor.close();
        remaps.close();
    }

    CpuFaults faults() {
        return faults;
    }

    /** Tells devices that a space is going away, and why. */
    void ending(SpaceImpl space, Errno why) {
        end.spaceClosed(space.id(), why);
    }

    /** Forgets a space that has no page left. */
    void ended(SpaceImpl space) {
        byId.remove(space.id());
    }

    public void closeAll() {
        list().forEach(SpaceImpl::close);
    }
}
