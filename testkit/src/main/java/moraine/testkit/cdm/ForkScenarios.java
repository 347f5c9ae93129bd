package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;

/** Spaces with pages on a device fork. */
final class ForkScenarios {
    private static final long SOME = 8;
    private static final long NEW = 1000;

    private ForkScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("fork_shares_pages_of_a_device", ForkScenarios::shares),
                Scenario.claimed("fork_copies_where_bound", Claim.BIND, ForkScenarios::copiesWhereBound),
                Scenario.always("fork_of_a_child_that_ends", ForkScenarios::ends));
    }

    /** Who writes gets a copy; it is made as any page of that space, and the other keeps what is on the device. */
    private static void shares(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = with.placed(SOME, C);
        try (AddressSpace child = on.space().fork("child");
                CpuContext cpu = child.attach(LOCAL)) {
            assertThat(on.used(C)).as("pages of the device, shared").isEqualTo(SOME);
            write(on.cpu(), at, SOME / 2);
            assertThat(with.by(Cause.COPY_ON_WRITE, LOCAL, at, SOME / 2))
                    .as("copies")
                    .isEqualTo(SOME / 2);
            with.prove(at + SOME / 2 * Pages.SIZE, SOME / 2, C);
            reads(cpu, at, SOME);
            assertThat(child.pages(at, SOME * Pages.SIZE, (int) SOME)).allMatch(page -> page.node() == C);
            assertThat(on.used(OTHER_C)).isZero();
        }
        assertThat(on.used(C)).as("pages of the device when the child is gone").isEqualTo(SOME / 2);
        assertThat(on.cpu().getLong(at)).isEqualTo(NEW);
    }

    private static void write(CpuContext cpu, long at, long pages) {
        for (long page = 0; page < pages; page++) {
            cpu.putLong(at + page * Pages.SIZE, NEW + page);
        }
    }

    private static void reads(CpuContext cpu, long at, long pages) {
        for (long page = 0; page < pages; page++) {
            assertThat(cpu.getLong(at + page * Pages.SIZE)).as("page %d", page).isEqualTo(page);
        }
    }

    private static void copiesWhereBound(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = on.map(SOME);
        on.space().mbind(at, SOME * Pages.SIZE, MemoryPolicy.bind(C));
        with.write(at, 0, SOME);
        with.prove(at, SOME, C);
        try (AddressSpace child = on.space().fork("child");
                CpuContext cpu = child.attach(LOCAL)) {
            write(cpu, at, SOME);
            assertThat(child.pages(at, SOME * Pages.SIZE, (int) SOME))
                    .hasSize((int) SOME)
                    .allMatch(page -> page.node() == C && page.cause() == Cause.COPY_ON_WRITE);
            assertThat(on.used(C)).as("pages and copies on the device").isEqualTo(2 * SOME);
            on.expect(at, SOME);
        }
        assertThat(on.used(C)).isEqualTo(SOME);
    }

    /** The parent is alone again with its pages: they go both ways as before. */
    private static void ends(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = with.placed(SOME, C);
        on.space().fork("child").close();
        write(on.cpu(), at, SOME / 2);
        with.prove(at, SOME, C);
        on.device(C).migrateToSystem(on.space(), at, SOME * Pages.SIZE);
        with.prove(at, SOME, LOCAL);
        on.device(OTHER_C).migrateToDevice(on.space(), at, SOME * Pages.SIZE);
        with.prove(at, SOME, OTHER_C);
        assertThat(on.cpu().getLong(at)).isEqualTo(NEW);
        assertThat(on.used(C)).isZero();
    }
}
