package moraine.core.impl.hints;

import java.util.concurrent.locks.ReentrantLock;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;
import moraine.core.impl.host.PolicyCalls;
import moraine.core.impl.host.Requesters;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.Checks;
import moraine.core.impl.space.SpaceImpl;

/** Takes the advice of applications: checks it, lets the policy refuse it, and makes it so. */
public final class Advisor {
    private final Rooms rooms;
    private final Remaps remaps;
    private final Prefetcher prefetcher;
    private final PolicyCalls calls;
    private final ReentrantLock asking = new ReentrantLock();

    public Advisor(Rooms rooms, Remaps remaps, Requesters requesters) {
        this.rooms = rooms;
        this.remaps = remaps;
        this.prefetcher = new Prefetcher(rooms, remaps);
        this.calls = requesters.requester(
                "hints", rooms.home(rooms.topology.profile().nodes().getFirst().id()));
    }

    /** {@return whether advice of that kind is about places, and so taken here} */
    public static boolean takes(Advice.Kind kind) {
        return switch (kind) {
            case FREE,
                    DEAD,
                    HUGEPAGE,
                    NOHUGEPAGE,
                    COLLAPSE,
                    MERGEABLE,
                    UNMERGEABLE,
                    NORMAL,
                    SEQUENTIAL,
                    RANDOM,
                    WILLNEED -> false;
            case PREFERRED_LOCATION,
                    UNSET_PREFERRED_LOCATION,
                    ACCESSED_BY,
                    UNSET_ACCESSED_BY,
                    READ_MOSTLY,
                    UNSET_READ_MOSTLY,
                    PREFETCH,
                    DISCARD -> true;
        };
    }

    /** Takes advice on a range of whole pages that is mapped. */
    public void advise(SpaceImpl space, long start, long end, Advice advice) {
        check(space, advice);
        boolean honoured = honoured(space, start, end, advice);
        Agent agent = rooms.begin();
        try {
            agent.count(honoured ? Stat.HINTS : Stat.HINTS_REFUSED);
        } finally {
            rooms.done(agent);
        }
        if (honoured) {
            apply(space, start, end, advice);
        }
    }

    /** One application's thread asks at a time; the policy never calls back into advice. */
    private boolean honoured(SpaceImpl space, long start, long end, Advice advice) {
        asking.lock();
        try {
            return calls.hint(space.id(), start, end - start, advice);
        } finally {
            asking.unlock();
        }
    }

    private void check(SpaceImpl space, Advice advice) {
        int node = advice.node();
        switch (advice.kind()) {
            case UNSET_PREFERRED_LOCATION, READ_MOSTLY, UNSET_READ_MOSTLY, DISCARD -> {
                // they speak of no node
            }
            case ACCESSED_BY, UNSET_ACCESSED_BY -> {
                if (!rooms.topology.exists(node) || rooms.topology.kind(node) != NodeKind.DEVICE) {
                    throw refused(Errno.EINVAL, advice, "node " + node + " is not a device's; name one that is");
                }
                if (advice.kind() == Advice.Kind.ACCESSED_BY) {
                    Checks.device(rooms, node, "advice " + advice.kind());
                }
            }
            case PREFERRED_LOCATION, PREFETCH -> place(space, advice, node);
            case FREE,
                    DEAD,
                    HUGEPAGE,
                    NOHUGEPAGE,
                    COLLAPSE,
                    MERGEABLE,
                    UNMERGEABLE,
                    NORMAL,
                    SEQUENTIAL,
                    RANDOM,
                    WILLNEED -> throw notOfPlaces(advice);
        }
    }

    private void place(SpaceImpl space, Advice advice, int node) {
        if (!rooms.topology.exists(node)) {
            throw refused(Errno.EINVAL, advice, "there is no node " + node + "; see the machine's nodes");
        }
        Checks.memory(rooms, node, "advice " + advice.kind());
        if ((rooms.tenants.allowedMask(space.tenant()) >>> node & 1) == 0) {
            throw refused(Errno.EACCES, advice, "the tenant may not use node " + node + "; allow it");
        }
    }

    private static MoraineException refused(Errno errno, Advice advice, String why) {
        return MoraineException.caller(errno, "advice " + advice.kind() + ": " + why);
    }

    private void apply(SpaceImpl space, long start, long end, Advice advice) {
        int node = advice.node();
        switch (advice.kind()) {
            case PREFERRED_LOCATION, UNSET_PREFERRED_LOCATION -> space.hints().change(start, end, new Preference(node));
            case ACCESSED_BY -> {
                remaps.start();
                space.hints().change(start, end, new Access(1L << node, /* given= */ true));
                map(space, node, start, end);
            }
            case UNSET_ACCESSED_BY -> space.hints().change(start, end, new Access(1L << node, /* given= */ false));
            case READ_MOSTLY -> space.hints().change(start, end, new ReadMostly(/* given= */ true));
            case UNSET_READ_MOSTLY -> {
                space.hints().change(start, end, new ReadMostly(/* given= */ false));
                dropDuplicates(space, start, end);
            }
            case PREFETCH -> prefetcher.prefetch(space, start, end, node);
            case DISCARD -> space.discard(start, end - start);
            case FREE,
                    DEAD,
                    HUGEPAGE,
                    NOHUGEPAGE,
                    COLLAPSE,
                    MERGEABLE,
                    UNMERGEABLE,
                    NORMAL,
                    SEQUENTIAL,
                    RANDOM,
                    WILLNEED -> throw notOfPlaces(advice);
        }
    }

    private static IllegalStateException notOfPlaces(Advice advice) {
        return new IllegalStateException("advice " + advice.kind() + " is not about places; see takes");
    }

    private void map(SpaceImpl space, int device, long start, long end) {
        Agent agent = rooms.begin();
        try {
            remaps.map(agent, space, device, start, end);
        } finally {
            rooms.done(agent);
        }
    }

    /** Devices give up their translations of a range, and their duplicates with them. */
    private void dropDuplicates(SpaceImpl space, long start, long end) {
        Agent agent = rooms.begin();
        long stamp = space.lockShared();
        try {
            space.notifiers().start(Notifiers.Event.CLEAR, start, end);
            space.notifiers().end();
        } finally {
            space.unlockShared(stamp);
            rooms.done(agent);
        }
    }

    /** Gives or takes back READ_MOSTLY. */
    private record ReadMostly(boolean given) implements HintMap.Change {
        @Override
        public int preferred(int before) {
            return before;
        }

        @Override
        public long accessedBy(long before) {
            return before;
        }

        @Override
        public boolean readMostly(boolean before) {
            return given;
        }
    }

    /** Sets the preferred node; {@link Advice#NO_NODE} takes it away. */
    private record Preference(int node) implements HintMap.Change {
        @Override
        public int preferred(int before) {
            return node;
        }

        @Override
        public long accessedBy(long before) {
            return before;
        }
    }

    /** Adds or takes away devices. */
    private record Access(long devices, boolean given) implements HintMap.Change {
        @Override
        public int preferred(int before) {
            return before;
        }

        @Override
        public long accessedBy(long before) {
            return given ? before | devices : before & ~devices;
        }
    }

    /** Ends the way to the policy. */
    public void close() {
        calls.close();
    }
}
