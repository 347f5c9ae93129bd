package moraine.core.impl.tenants;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.TenantInfo;
import moraine.core.impl.frames.FrameWord;

/** The owners of pages: what each may use and how much it holds. Number 0 is {@code default}, without limits. */
public final class Tenants {
    /*
     * Where charges are counted
     * -------------------------
     * A tenant's charge on a node is the sum of a shared word, changed by compare-and-set, and of what the allocator's
     * workers counted for themselves (their plain counters, read through `Counted`). Allocations for a tenant with a
     * quota on the node go through the shared word, so that the check and the charge are one step; all others, and all
     * frees, are counted by the worker. Each part alone may be negative; the sum is exact when nobody is running, and
     * a free that happened before an allocation is always seen by it.
     */
    public static final String DEFAULT = "default";

    private static final int NODES = 64;
    private static final int LIMIT = FrameWord.TENANT_MAX + 1;
    private static final VarHandle CHARGED =
            MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

    private final int nodes;
    private volatile Tenant[] table = new Tenant[0];
    private volatile Counted counted = (_, _) -> 0;

    /** Charges that somebody else counts. */
    @FunctionalInterface
    public interface Counted {
        long charged(int tenant, int node);
    }

    /** What is known of a tenant; replaced as a whole, but for what it is charged. */
    public static final class Tenant {
        private final String name;
        /** Nodes that it may allocate from. */
        public final long allowedMask;

        private final long[] quota;
        private final boolean limited;
        private final long[] charged;

        private Tenant(String name, long allowedMask, long[] quota, long[] charged) {
            this.name = name;
            this.allowedMask = allowedMask;
            this.quota = quota;
            this.charged = charged;
            limited = Arrays.stream(quota).anyMatch(pages -> pages >= 0);
        }

        /** {@return whether charges on the node need {@link #charge} because a quota limits them} */
        public boolean limited(int node) {
            return limited && quota[node] >= 0;
        }
    }

    public Tenants() {
        this(NODES);
    }

    /** Makes tenants whose reports have an entry for each of so many nodes. */
    public Tenants(int nodes) {
        this.nodes = nodes;
        define(DEFAULT, NodeSet.ALL, List.of());
    }

    /** Adds what somebody else counts to every charge. */
    public void include(Counted others) {
        counted = others;
    }

    public int id(String name) {
        Tenant[] now = table;
        int id = find(now, name);
        if (id < 0) {
            throw MoraineException.caller(
                    Errno.ENOENT, "no tenant " + name + " among " + now.length + "; define it first");
        }
        return id;
    }

    private static int find(Tenant[] tenants, String name) {
        for (int i = 0; i < tenants.length; i++) {
            if (tenants[i].name.equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Adds a tenant, or changes one; pages that it already holds stay.
     *
     * @param quotaPages by node id, -1 or left out for none
     */
    public synchronized void define(String name, NodeSet allowed, List<Long> quotaPages) {
        if (quotaPages.size() > NODES) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "tenant " + name + " has quotas for " + quotaPages.size() + " nodes; a machine has at most "
                            + NODES);
        }
        long[] quota = new long[NODES];
        Arrays.fill(quota, -1);
        for (int i = 0; i < quotaPages.size(); i++) {
            quota[i] = Math.max(-1, quotaPages.get(i));
        }
        Tenant[] now = table;
        int id = find(now, name);
        Tenant[] next = Arrays.copyOf(now, id < 0 ? now.length + 1 : now.length);
        if (next.length > LIMIT) {
            throw new MoraineException(
                    Errno.EOVERFLOW,
                    Blame.RESOURCES,
                    "tenant " + name + " would be number " + next.length + "; a machine has at most " + LIMIT);
        }
        int at = id < 0 ? now.length : id;
        next[at] = new Tenant(name, allowed.bits(), quota, id < 0 ? new long[NODES] : now[id].charged);
        table = next;
    }

    public String name(int tenant) {
        return table[tenant].name;
    }

    public int count() {
        return table.length;
    }

    public long allowedMask(int tenant) {
        return table[tenant].allowedMask;
    }

    /** {@return the tenant as it is now} */
    public Tenant tenant(int tenant) {
        return table[tenant];
    }

    /**
     * Charges pages to a tenant.
     *
     * @param force over quota if need be
     * @return false, with nothing charged, when the quota has no room for them
     */
    public boolean charge(int tenant, int node, int pages, boolean force) {
        Tenant t = table[tenant];
        long quota = t.quota[node];
        if (force || quota < 0) {
            add(t, node, pages);
            return true;
        }
        while (true) {
            long shared = (long) CHARGED.getVolatile(t.charged, node);
            if (shared + counted.charged(tenant, node) + pages > quota) {
                return false;
            }
            if (CHARGED.compareAndSet(t.charged, node, shared, shared + pages)) {
                return true;
            }
        }
    }

    /** {@return pages that a tenant has to give up on a node before its quota has room for another, 0 for none} */
    public long excess(int tenant, int node) {
        Tenant t = table[tenant];
        return t.limited(node) ? Math.max(0, charged(tenant, node) + 1 - t.quota[node]) : 0;
    }

    public void uncharge(int tenant, int node, int pages) {
        add(table[tenant], node, -pages);
    }

    /** Adds to what is counted here a sum, below 0 perhaps, that somebody else counted and no longer does. */
    public void count(int tenant, int node, long pages) {
        if (pages != 0) {
            add(table[tenant], node, pages);
        }
    }

    private static void add(Tenant tenant, int node, long pages) {
        long _ = (long) CHARGED.getAndAdd(tenant.charged, node, pages);
    }

    /** {@return pages that the tenant holds on the node} */
    public long charged(int tenant, int node) {
        return (long) CHARGED.getVolatile(table[tenant].charged, node) + counted.charged(tenant, node);
    }

    public List<TenantInfo> list() {
        List<TenantInfo> infos = new ArrayList<>();
        Tenant[] now = table;
        for (int i = 0; i < now.length; i++) {
            List<Long> quota = new ArrayList<>();
            List<Long> charged = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                quota.add(now[i].quota[node]);
                charged.add(charged(i, node));
            }
            infos.add(new TenantInfo(
                    now[i].name, new NodeSet(now[i].allowedMask), List.copyOf(quota), List.copyOf(charged)));
        }
        return List.copyOf(infos);
    }
}
