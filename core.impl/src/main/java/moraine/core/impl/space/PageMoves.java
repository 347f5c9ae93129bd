package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.mempolicy.MemoryPolicies;
import moraine.core.impl.mempolicy.NodeMask;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * Moves pages of a space because an application says where each is to be: by a memory policy, by a list of pages, or
 * from nodes to nodes (Linux mbind with MPOL_MF_MOVE, move_pages, migrate_pages). The space's lock is held shared
 * throughout, so that mappings stay.
 */
final class PageMoves {
    private final Rooms rooms;
    private final SpaceImpl space;

    PageMoves(Rooms rooms, SpaceImpl space) {
        this.rooms = rooms;
        this.space = space;
    }

    /** Something done with the space's lock held shared. */
    private interface Work {
        void run(Agent agent);
    }

    private void work(Work work) {
        Agent agent = rooms.begin();
        long stamp = space.lockShared();
        try {
            space.checkOpen();
            work.run(agent);
        } finally {
            space.unlockShared(stamp);
            rooms.done(agent);
        }
    }

    /** Told of each page or folio that is mapped. */
    private interface Visitor {
        void page(Vma vma, long address, long entry);
    }

    private void walk(long start, long end, Visitor visitor) {
        for (Vma vma : space.vmas().overlapping(start, end)) {
            long to = Math.min(end, vma.end());
            for (long at = Math.max(start, vma.start()); at < to; ) {
                long entry = space.table().get(at);
                if (Pte.maps(entry)) {
                    visitor.page(vma, at, entry);
                }
                boolean leap = Pte.large(entry) || space.table().vacantRegion(at);
                at = leap ? (at | Pages.LARGE_SIZE - 1) + 1 : at + Pages.SIZE;
            }
        }
    }

    /**
     * Pages of a range.
     *
     * @param resident that are mapped
     * @param misplaced of these, that are outside the nodes of a policy
     */
    record Count(long resident, long misplaced) {}

    /** Counts the pages of a range; without a policy none is misplaced. */
    Count count(long start, long end, @Nullable SetPolicy set) {
        long[] counts = {0, 0};
        long nodes = set == null || set.policy().nodes().isEmpty() ? -1 : nodes(set);
        work(_ -> walk(start, end, (_, _, entry) -> {
            int pages = Pte.large(entry) ? Pages.PER_LARGE : 1;
            counts[0] += pages;
            counts[1] += (nodes >>> rooms.frames.node(Pte.pfn(entry)) & 1) == 0 ? pages : 0;
        }));
        return new Count(counts[0], counts[1]);
    }

    private long nodes(SetPolicy set) {
        return rooms.policies.nodes(set, rooms.tenants.allowedMask(space.tenant()));
    }

    /**
     * Moves pages of a range to where the policies of their ranges would put them. A node found full is left out, and
     * pages that may be on another come there.
     *
     * @param all whether pages that others map too are moved
     * @return pages moved
     */
    long conform(long start, long end, boolean all) {
        long[] moved = {0};
        work(agent -> {
            var outboxes = new Outboxes(rooms, agent, space);
            long full;
            do {
                full = outboxes.full();
                walk(start, end, (vma, address, entry) -> conform(vma, address, entry, all, outboxes));
                outboxes.sendAll();
            } while (outboxes.full() != full);
            moved[0] = outboxes.moved();
        });
        return moved[0];
    }

    private void conform(Vma vma, long address, long entry, boolean all, Outboxes outboxes) {
        SetPolicy set = MemoryPolicies.ofRange(vma, address);
        long nodes = set == null ? 0 : nodes(set);
        int node = rooms.frames.node(Pte.pfn(entry));
        if (set == null || (nodes >>> node & 1) != 0 || !all && shared(entry)) {
            return;
        }
        long open = nodes & ~outboxes.full() & rooms.regimes.current().migratableMask();
        int order = Pte.large(entry) ? Pages.LARGE_ORDER : 0;
        int target = rooms.policies.target(set, open, vma.index(address) >>> order, rooms.home(node));
        if (target >= 0) {
            outboxes.add(target, address);
        }
    }

    private boolean shared(long entry) {
        return rooms.frames.mappings(rooms.frames.head(Pte.pfn(entry))) > 1;
    }

    /** Moves each page to its node, or says where each is; see {@link moraine.core.api.host.AddressSpace#movePages}. */
    List<PageStatus> pages(long[] addresses, int @Nullable [] nodes, boolean all) {
        var statuses = new ArrayList<PageStatus>(addresses.length);
        work(agent -> {
            var outboxes = new Outboxes(rooms, agent, space);
            Errno[] refusals = new Errno[addresses.length];
            for (int i = 0; nodes != null && i < addresses.length; i++) {
                refusals[i] = order(Pages.floor(addresses[i]), nodes[i], all, outboxes);
            }
            outboxes.sendAll();
            for (int i = 0; i < addresses.length; i++) {
                int wanted = nodes == null ? -1 : nodes[i];
                statuses.add(status(addresses[i], wanted, refusals[i], outboxes));
            }
        });
        return statuses;
    }

    private Errno order(long address, int node, boolean all, Outboxes outboxes) {
        long entry = space.table().get(address);
        if (!Pte.maps(entry) || rooms.frames.node(Pte.pfn(entry)) == node) {
            return Errno.OK;
        }
        if (!all && shared(entry)) {
            return Errno.EACCES;
        }
        outboxes.add(node, address);
        return Errno.OK;
    }

    private PageStatus status(long address, int wanted, @Nullable Errno refusal, Outboxes outboxes) {
        long entry = space.table().get(Pages.floor(address));
        if (!Pte.maps(entry)) {
            boolean outside = space.vmas().find(address) == null || Pte.kind(entry) == Pte.ZERO;
            boolean busy = Pte.kind(entry) == Pte.MIGRATING;
            return new PageStatus(address, -1, busy ? Errno.EBUSY : outside ? Errno.EFAULT : Errno.ENOENT);
        }
        int node = rooms.frames.node(Pte.pfn(entry));
        if (wanted < 0 || node == wanted) {
            return new PageStatus(address, node, Errno.OK);
        }
        if (refusal != null && refusal != Errno.OK) {
            return new PageStatus(address, -1, refusal);
        }
        return new PageStatus(address, -1, outboxes.isFull(wanted) ? Errno.ENOMEM : Errno.EBUSY);
    }

    /**
     * Moves pages from nodes to their counterparts, each once, so that nodes which change places do not mix;
     * {@return pages left behind}.
     */
    long nodes(NodeSet from, NodeSet to, boolean all) {
        long[] left = {0};
        work(agent -> {
            var outboxes = new Outboxes(rooms, agent, space);
            walk(0, Pages.ADDRESS_LIMIT, (_, address, entry) -> {
                int node = rooms.frames.node(Pte.pfn(entry));
                int target = NodeMask.counterpart(node, from.bits(), to.bits());
                if (target >= 0 && target != node) {
                    left[0] += Pte.large(entry) ? Pages.PER_LARGE : 1;
                    if (all || !shared(entry)) {
                        outboxes.add(target, address);
                    }
                }
            });
            outboxes.sendAll();
            left[0] -= outboxes.moved();
        });
        return left[0];
    }
}
