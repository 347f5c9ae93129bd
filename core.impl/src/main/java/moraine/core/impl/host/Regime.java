package moraine.core.impl.host;

import java.util.Arrays;
import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.Intent;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Plan;
import moraine.core.impl.allocator.Zonelists;
import moraine.core.impl.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * What is in force: a policy's plan, compiled to tables that fault paths read. Immutable, published as a whole; every
 * query is a load or two.
 */
@SuppressWarnings("EnumOrdinal") // tables are indexed by it and never leave the machine
public final class Regime {
    private static final int NODES = 64;
    private static final int TYPES = 64;
    private static final DeviceAction[] ACTIONS = DeviceAction.values();
    private static final int INTENTS = Intent.values().length;

    private final long epoch;
    private final long typesEpoch;
    private final String policy;
    private final int mover;
    private final Plan plan;
    private final Zonelists zonelists;
    private final byte[] types;
    private final byte[] actions;
    private final long bindable;
    private final long preferable;
    private final long migratable;

    private Regime(long epoch, long typesEpoch, String policy, int mover, Plan plan, Compiled compiled) {
        this.epoch = epoch;
        this.typesEpoch = typesEpoch;
        this.policy = policy;
        this.mover = mover;
        this.plan = plan;
        this.zonelists = compiled.zonelists;
        this.types = compiled.types;
        this.actions = compiled.actions;
        this.bindable = compiled.bindable;
        this.preferable = compiled.preferable;
        this.migratable = compiled.migratable;
    }

    /** A plan's tables, before it is known when they come into force. */
    @SuppressWarnings("ArrayRecordComponent") // shared with the regime, never changed after it is made
    private record Compiled(
            Zonelists zonelists, byte[] types, byte[] actions, long bindable, long preferable, long migratable) {}

    /**
     * Compiles a checked plan.
     *
     * @param mover who is named as the mover of pages: index of bundle and version
     * @param nodes the nodes there are
     * @param absent devices' nodes that have no device now; they are not offered, so what is bound to them is dormant
     */
    static Regime of(
            String policy, int mover, Plan plan, Zonelists zonelists, Types types, int[] nodes, NodeSet absent) {
        byte[] typeOf = new byte[NODES];
        long bindable = 0;
        long preferable = 0;
        long migratable = 0;
        for (int node : nodes) {
            typeOf[node] = (byte) zonelists.type(node);
            bindable |= (types.has(typeOf[node], Attribute.USER_BINDABLE) ? 1L : 0L) << node;
            preferable |= (types.has(typeOf[node], Attribute.USER_PREFERABLE) ? 1L : 0L) << node;
            migratable |= (types.has(typeOf[node], Attribute.USER_MIGRATABLE) ? 1L : 0L) << node;
        }
        byte[] actions = actions(plan.deviceRules(), types);
        return new Regime(
                0,
                0,
                policy,
                mover,
                plan,
                new Compiled(
                        zonelists,
                        typeOf,
                        actions,
                        bindable & ~absent.bits(),
                        preferable & ~absent.bits(),
                        migratable));
    }

    private static byte[] actions(List<DeviceRule> rules, Types types) {
        byte[] table = new byte[NODES * (TYPES + 1) * INTENTS];
        for (int node = 0; node < NODES; node++) {
            for (int type = -1; type < TYPES; type++) {
                String name = type < 0
                        ? DeviceRule.HOLE
                        : type < types.count() ? types.type(type).name() : null;
                for (Intent intent : Intent.values()) {
                    table[index(node, type, intent)] =
                            (byte) first(rules, node, name, intent).ordinal();
                }
            }
        }
        return table;
    }

    private static DeviceAction first(List<DeviceRule> rules, int node, @Nullable String resident, Intent intent) {
        for (DeviceRule rule : rules) {
            if ((rule.initiator() == null || rule.initiator() == node)
                    && (rule.resident() == null || rule.resident().equals(resident))
                    && (rule.intent() == null || rule.intent() == intent)) {
                return rule.action();
            }
        }
        return DeviceAction.MAP_REMOTE;
    }

    private static int index(int node, int type, Intent intent) {
        return (node * (TYPES + 1) + type + 1) * INTENTS + intent.ordinal();
    }

    /** {@return the same plan, in force after the other or, with null, as the first} */
    Regime after(@Nullable Regime before) {
        long next = before == null ? 1 : before.epoch + 1;
        return new Regime(
                next,
                before != null && Arrays.equals(types, before.types) ? before.typesEpoch : next,
                policy,
                mover,
                plan,
                new Compiled(zonelists, types, actions, bindable, preferable, migratable));
    }

    /** {@return its number; one more with each publication} */
    public long epoch() {
        return epoch;
    }

    /** {@return the epoch from which on the nodes' new pages have had the types that they have} */
    long typesEpoch() {
        return typesEpoch;
    }

    /** {@return instance name of the policy} */
    public String policy() {
        return policy;
    }

    public int mover() {
        return mover;
    }

    public Plan plan() {
        return plan;
    }

    public Zonelists zonelists() {
        return zonelists;
    }

    /** {@return index of the memory type that new pages of the node have} */
    public int typeOfNode(int node) {
        return types[node];
    }

    /**
     * {@return what to do with a page that a device touched}
     *
     * @param residentType index of the page's memory type, -1 for a hole
     */
    public DeviceAction action(int initiatorNode, int residentType, Intent intent) {
        return ACTIONS[actions[index(initiatorNode, residentType, intent)]];
    }

    public int bringBackPages() {
        return plan.bringBackPages();
    }

    public int migratePages() {
        return plan.migratePages();
    }

    /** {@return density above which a device fault moves its neighbourhood, in percent; 0 for never} */
    public int prefetchPercent() {
        return plan.prefetchPercent();
    }

    public boolean largePages() {
        return plan.largePages();
    }

    /** {@return nodes that an application may bind to, a bit each} */
    public long bindableMask() {
        return bindable;
    }

    /** {@return nodes that an application may prefer or interleave over, a bit each} */
    public long preferableMask() {
        return preferable;
    }

    /** {@return nodes that an application may move pages to, a bit each} */
    public long migratableMask() {
        return migratable;
    }
}
