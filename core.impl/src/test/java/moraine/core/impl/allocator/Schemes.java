package moraine.core.impl.allocator;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import moraine.core.api.model.Admission;
import moraine.core.api.model.ListSelection;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Representation;
import moraine.core.api.model.RequestBit;
import moraine.core.api.model.Zonelist;
import moraine.core.impl.topology.Profiles;

/**
 * The ways that were proposed to isolate device memory, as data, on a machine of two CPU nodes (0 and 2) and two
 * devices (1 and 3).
 */
enum Schemes {
    /** CDM, zonelists (RFC V2, patches 3 and 4): a device's memory is in its own lists only. */
    CDM_ZONELIST,
    /** CDM, cpuset (RFC V2, patches 6 and 7): everybody's default mask leaves it out; naming it exactly works. */
    CDM_CPUSET,
    /** CDM, buddy (V3): it is in all lists, but a request has to ask for it. */
    CDM_BUDDY,
    /** HMM: it is in no list but that of a driver that moves pages there. */
    HMM;

    static final int CPU = 0;
    static final int DEVICE = 1;
    static final int OTHER_CPU = 2;
    static final int OTHER_DEVICE = 3;

    static final int PAGES = 64;

    private static final EnumSet<Reason> TO_DEVICE = EnumSet.of(Reason.DEVICE_FAULT, Reason.POLICY_MIGRATE);

    static TestMachine machine() {
        return new TestMachine(
                Profiles.node(CPU, NodeKind.CPU, PAGES),
                Profiles.node(DEVICE, NodeKind.DEVICE, PAGES),
                Profiles.node(OTHER_CPU, NodeKind.CPU, PAGES),
                Profiles.node(OTHER_DEVICE, NodeKind.DEVICE, PAGES));
    }

    Representation on(TestMachine machine) {
        return switch (this) {
            case CDM_ZONELIST -> representation(machine, ownOnly(), NodeSet.ALL, ListSelection.FIRST_OF_MASK, Set.of());
            case CDM_CPUSET ->
                representation(
                        machine,
                        everywhere(),
                        NodeSet.of(CPU, OTHER_CPU),
                        ListSelection.LOCAL,
                        Set.of(RequestBit.NAMED_NODE));
            case CDM_BUDDY ->
                representation(
                        machine,
                        everywhere(),
                        NodeSet.ALL,
                        ListSelection.LOCAL,
                        Set.of(RequestBit.EXPLICIT_MASK, RequestBit.NAMED_NODE));
            case HMM -> representation(machine, hidden(), NodeSet.ALL, ListSelection.LOCAL, Set.of());
        };
    }

    private static Representation representation(
            TestMachine machine,
            List<Zonelist> lists,
            NodeSet defaultMask,
            ListSelection selection,
            Set<RequestBit> admission) {
        List<Admission> admissions = List.of(new Admission(DEVICE, admission), new Admission(OTHER_DEVICE, admission));
        return new Representation(machine.deviceTypes(), lists, defaultMask, selection, admissions);
    }

    private static List<Zonelist> ownOnly() {
        return List.of(
                new Zonelist(CPU, null, List.of(0, 2), List.of(0)),
                new Zonelist(OTHER_CPU, null, List.of(2, 0), List.of(2)),
                new Zonelist(DEVICE, null, List.of(1, 0, 2), List.of(1)),
                new Zonelist(OTHER_DEVICE, null, List.of(3, 2, 0), List.of(3)));
    }

    private static List<Zonelist> everywhere() {
        return List.of(
                new Zonelist(CPU, null, List.of(0, 2, 1, 3), List.of(0)),
                new Zonelist(OTHER_CPU, null, List.of(2, 0, 3, 1), List.of(2)),
                new Zonelist(DEVICE, null, List.of(1, 0, 2, 3), List.of(1)),
                new Zonelist(OTHER_DEVICE, null, List.of(3, 2, 0, 1), List.of(3)));
    }

    private static List<Zonelist> hidden() {
        List<Zonelist> lists = new ArrayList<>(List.of(
                new Zonelist(CPU, null, List.of(0, 2), List.of(0)),
                new Zonelist(OTHER_CPU, null, List.of(2, 0), List.of(2)),
                new Zonelist(DEVICE, null, List.of(0, 2), List.of()),
                new Zonelist(OTHER_DEVICE, null, List.of(2, 0), List.of())));
        for (Reason reason : TO_DEVICE) {
            lists.add(new Zonelist(DEVICE, reason, List.of(1, 0, 2), List.of(1)));
            lists.add(new Zonelist(OTHER_DEVICE, reason, List.of(3, 2, 0), List.of(3)));
        }
        return lists;
    }
}
