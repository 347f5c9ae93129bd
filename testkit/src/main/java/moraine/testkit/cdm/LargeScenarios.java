package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.Pages;

/** Pages of 2 MiB, and devices that have no room for one. */
final class LargeScenarios {
    private static final long LARGE = Pages.LARGE_SIZE / Pages.SIZE;
    private static final int LARGE_ORDER = 9;
    /** Pages that leave a device less than a 2 MiB page. */
    private static final long CROWD = 700;

    private LargeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("large_page_there_and_back", LargeScenarios::thereAndBack),
                Scenario.always("large_page_meets_a_full_device", LargeScenarios::fullDevice),
                Scenario.claimed("large_bind_under_pressure", Claim.BIND, LargeScenarios::bound),
                Scenario.always("large_collapse_leaves_devices", LargeScenarios::collapse));
    }

    private static long mapped(TwoDevices on) {
        long at = on.space().mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        on.space().advise(at, Pages.LARGE_SIZE, Advice.HUGEPAGE);
        return at;
    }

    /** {@return the address of a 2 MiB page in RAM, proven to be one} */
    private static long large(Served with) {
        long at = mapped(with.on());
        with.write(at, 0, LARGE);
        with.prove(at, LARGE, LOCAL);
        assertThat(with.pages(at, LARGE, page -> page.order() == LARGE_ORDER))
                .as("residency proof: parts of one page of 2 MiB")
                .isEqualTo(LARGE);
        return at;
    }

    private static void thereAndBack(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long at = large(with);
        on.device(C).migrateToDevice(on.space(), at, Pages.LARGE_SIZE);
        with.prove(at, LARGE, C);
        on.expect(at, LARGE);
        on.device(C).migrateToSystem(on.space(), at, Pages.LARGE_SIZE);
        assertThat(on.used(C)).as("pages of the device in use").isZero();
        with.prove(at, LARGE, LOCAL);
        on.expect(at, LARGE);
    }

    /** No word is lost, and no other device stands in. */
    private static void fullDevice(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long crowd = with.placed(CROWD, C);
        long at = large(with);
        on.device(C).migrateToDevice(on.space(), at, Pages.LARGE_SIZE);
        assertThat(on.count(at, LARGE, C)).as("pages on the device").isPositive();
        assertThat(on.count(at, LARGE, LOCAL) + on.count(at, LARGE, C) + on.count(at, LARGE, FAR))
                .isEqualTo(LARGE);
        assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
        on.expect(at, LARGE);
        on.expect(crowd, CROWD);
    }

    /** What is bound stays on its device page by page, goes to swap where reclaim may, or fails; RAM takes none. */
    private static void bound(Rig rig) {
        Served with = Served.by(rig, Set.of());
        TwoDevices on = with.on();
        long crowd = on.map(CROWD);
        on.space().mbind(crowd, CROWD * Pages.SIZE, MemoryPolicy.bind(C));
        with.write(crowd, 0, CROWD);
        with.prove(crowd, CROWD, C);
        long ram = on.used(LOCAL) + on.used(FAR);
        long at = mapped(on);
        on.space().mbind(at, Pages.LARGE_SIZE, MemoryPolicy.bind(C));
        boolean reclaimed = rig.claims(Claim.RECLAIM);
        assertThat(on.touch(at, LARGE)).isEqualTo(reclaimed ? "1" : "1 ENOMEM");
        assertThat(on.used(LOCAL) + on.used(FAR)).as("RAM in use").isEqualTo(ram);
        assertThat(on.used(OTHER_C)).as("pages of the other device").isZero();
        on.expect(at, reclaimed ? LARGE : on.count(at, LARGE, C));
        on.expect(crowd, CROWD);
    }

    /** {@return whether a collapse went through; what a daemon holds just then is in use} */
    private static boolean collapsed(TwoDevices on, long at) {
        String end = TwoDevices.errno(() -> on.space().advise(at, Pages.LARGE_SIZE, Advice.COLLAPSE));
        assertThat(end).as("how a collapse ends").isIn("", "EAGAIN");
        return end.isEmpty();
    }

    /** Only who asks gets a 2 MiB page of what lies on a device, and gets it in RAM. */
    private static void collapse(Rig rig) {
        Served with = Served.by(rig, Set.of(Service.values()));
        TwoDevices on = with.on();
        long at = on.space().mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        on.space().advise(at, Pages.LARGE_SIZE, Advice.NOHUGEPAGE);
        with.place(at, 0, LARGE, C);
        with.bring(at, LARGE, C);
        with.rounds();
        assertThat(with.pages(at, LARGE, page -> page.order() == LARGE_ORDER))
                .as("pages that something made large unasked")
                .isZero();
        on.space().advise(at, Pages.LARGE_SIZE, Advice.HUGEPAGE);
        with.eventually("a collapse that found no page in use", () -> collapsed(on, at));
        assertThat(with.pages(at, LARGE, page -> page.order() == LARGE_ORDER && page.node() != C))
                .as("parts of one page in RAM")
                .isEqualTo(LARGE);
        assertThat(on.used(C)).as("pages of the device in use").isZero();
        on.expect(at, LARGE);
    }
}
