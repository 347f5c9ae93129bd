package moraine.core.impl.allocator;

import java.util.Arrays;
import java.util.Objects;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.WhenFull;
import moraine.core.impl.topology.Topology;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * A representation in the form that the allocator interprets: for each (node, reason) the nodes to walk with and
 * without fallback, a mask, an admission test and a type for each node. Immutable.
 */
@SuppressWarnings("EnumOrdinal")
public final class Zonelists {
    /** Lists nothing, so that every request fails: what holds until a policy has published. */
    public static final Zonelists EMPTY =
            new Zonelists(new int[0][], new int[64], new int[64], 0, false, new WhenFull[64]);

    private static final int REASONS = Reason.values().length;
    private static final int NAMED = 1 << RequestBit.NAMED_NODE.ordinal();
    private static final int[] NOWHERE = {};

    /** By {@link #place}; null where a node has no list. */
    private final int[][] lists;

    /** Request bits of which one is needed, by node; 0 admits all. */
    private final int[] admissions;
    /** Type index of new pages, by node; -1 for a node that the machine does not have. */
    private final int[] types;

    private final long defaultMask;
    private final boolean firstOfMask;
    /** By node; null passes requests on. */
    private final @Nullable WhenFull[] whenFull;

    private final boolean passesOn;

    Zonelists(
            int[][] lists,
            int[] admissions,
            int[] types,
            long defaultMask,
            boolean firstOfMask,
            @Nullable WhenFull[] whenFull) {
        this.lists = lists;
        this.admissions = admissions;
        this.types = types;
        this.defaultMask = defaultMask;
        this.firstOfMask = firstOfMask;
        this.whenFull = whenFull;
        this.passesOn = Arrays.stream(whenFull).allMatch(Objects::isNull);
    }

    /** Makes lists of a representation, or says in one line what is wrong with it. */
    public static Zonelists compile(Representation representation, Topology topology, Types types) {
        ZonelistCompiler compiler = new ZonelistCompiler(representation, topology);
        return new Zonelists(
                compiler.lists(),
                compiler.admissions(),
                compiler.types(types),
                compiler.defaultMask(),
                representation.selection() == ListSelection.FIRST_OF_MASK,
                compiler.whenFull());
    }

    static int places(int nodes) {
        return (nodes * REASONS) << 1;
    }

    static int place(int node, Reason reason, boolean maySpill) {
        return (node * REASONS + reason.ordinal()) << 1 | (maySpill ? 1 : 0);
    }

    /** {@return type index of new pages from the node, -1 for a node that the machine does not have} */
    public int type(int node) {
        return types[node];
    }

    /** {@return whether every full node passes requests on} */
    public boolean passesOn() {
        return passesOn;
    }

    /** {@return what becomes of touches that find a node full; -1 stands for no node} */
    public WhenFull whenFull(int node) {
        WhenFull rule = node < 0 ? null : whenFull[node];
        return rule == null ? WhenFull.FAIL : rule;
    }

    /** {@return the same lists with another type for new pages of a node} */
    Zonelists withType(int node, int type) {
        int[] others = types.clone();
        others[node] = type;
        return new Zonelists(lists, admissions, others, defaultMask, firstOfMask, whenFull);
    }

    /**
     * {@return the nodes that a request asks for, before anybody's limits} One that prefers a node may have it although
     * the default leaves it out.
     */
    long wanted(AllocRequest request) {
        if (request.explicitMask != 0) {
            return request.explicitMask;
        }
        if (request.namedNode < 0) {
            return defaultMask;
        }
        long named = 1L << request.namedNode;
        return request.maySpill ? defaultMask | named : named;
    }

    /**
     * {@return the nodes to walk, in order; the caller skips those outside the mask and those that do not admit}
     *
     * @param mask what the request wants and may have
     */
    int[] walk(AllocRequest request, long mask) {
        int owner = request.home >= 0 ? request.home : request.initiator;
        if (request.namedNode >= 0) {
            owner = request.namedNode;
        } else if (firstOfMask && request.explicitMask != 0 && (mask >>> owner & 1) == 0 && mask != 0) {
            owner = Long.numberOfTrailingZeros(mask);
        }
        int[] list = list(owner, request);
        if (list == null) {
            list = list(request.initiator, request);
        }
        return list == null ? NOWHERE : list;
    }

    private int @Nullable [] list(int owner, AllocRequest request) {
        int place = place(owner, request.reason, request.maySpill);
        return place < lists.length ? lists[place] : null;
    }

    boolean admits(int node, AllocRequest request) {
        int needed = admissions[node];
        return needed == 0 || (needed & request.bits() & (node == request.namedNode ? -1 : ~NAMED)) != 0;
    }
}
