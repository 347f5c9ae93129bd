package moraine.policy.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Event;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.TenantInfo;
import moraine.testkit.AddOne;
import moraine.testkit.JvmThreads;
import moraine.testkit.cdm.Requester;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Isolation in both directions, and what becomes of a binding to a device that is full. */
@Timeout(120)
final class FullDeviceTest {
    private static final long SOME = 64;
    private static final long TIMEOUT_NS = 30_000_000_000L;

    /** Each way by itself: what a device has no room for, what RAM has no room for, and a binding to both kinds. */
    @ParameterizedTest
    @CsvSource({
        "cdm, 0 1, 0 8 ENOMEM, 1 8",
        "cdm(spill=none), 1 ENOMEM, 0 8 ENOMEM, 1 ENOMEM",
        "cdm(spill=in), 1 ENOMEM, 0 1 2 8 ENOMEM, 1 ENOMEM",
        "cdm(spill=both), 0 1, 0 1 2 8 ENOMEM, 1 8",
        "'cdm(isolation=cpuset,spill=in)', EINVAL, 0 1 2 8 ENOMEM, 8 ENOMEM",
        "'cdm(isolation=mask,spill=in)', 1 ENOMEM, 0 1 2 8 ENOMEM, 1 8",
        "'cdm(isolation=mask,spill=none)', 0 8, 0 8 ENOMEM, 1 8"
    })
    void shouldSpillWhereItMay(String policy, String preferred, String exhausted, String bound) {
        String[] expected = {preferred, exhausted, bound};
        Requester[] requesters = {Requester.PREFER, Requester.EXHAUSTED, Requester.BIND_FAR};
        for (int i = 0; i < requesters.length; i++) {
            try (TwoDevices on = TwoDeviceMachines.make(policy)) {
                assertThat(requesters[i].ask(on)).as(requesters[i].text()).isEqualTo(expected[i]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"none", "in"})
    void shouldAnswerWhoMayHaveHowMuch(String spill) {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(spill=" + spill + ")")) {
            on.machine().tenant("owner", NodeSet.of(LOCAL, C), List.of(100L, 8L));
            AddressSpace space = on.machine().openSpace("owner", "owner");
            long at = space.mmap(MapRequest.anonymous(SOME * Pages.SIZE));
            space.mbind(at, SOME * Pages.SIZE, MemoryPolicy.bind(C));
            try (var cpu = space.attach(LOCAL)) {
                assertThat(TwoDevices.errno(() -> {
                            for (long page = 0; page < SOME; page++) {
                                cpu.putLong(at + page * Pages.SIZE, page);
                            }
                        }))
                        .isEqualTo("EDQUOT");
            }
            TenantInfo info = on.machine().tenants().stream()
                    .filter(tenant -> tenant.name().equals("owner"))
                    .findFirst()
                    .orElseThrow();
            assertThat(info.allowed()).isEqualTo(NodeSet.of(LOCAL, C));
            assertThat(info.quotaPages()).startsWith(100L, 8L, -1L);
            assertThat(info.chargedPages().get(C)).isEqualTo(8);
            assertThat(info.chargedPages().get(LOCAL)).isZero();
            space.close();
        }
    }

    @Test
    void shouldFailABindingToAFullDevice() {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=fail)")) {
            assertThat(Requester.BIND_FULL.ask(on)).isEqualTo("1 ENOMEM");
            assertThat(on.machine().counter("oom_kill")).isZero();
        }
    }

    private static long bound(TwoDevices on, long pages, MemoryPolicy policy) {
        long at = on.map(pages);
        on.space().mbind(at, pages * Pages.SIZE, policy);
        return at;
    }

    @Test
    void shouldReclaimOnAFullDeviceAndLetTheBindingHold() {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=reclaim,spill=none)")) {
            long at = bound(on, PAGES + SOME, MemoryPolicy.bind(C));
            assertThat(on.touch(at, PAGES + SOME)).isEqualTo("0 1");

            assertThat(on.count(at + PAGES * Pages.SIZE, SOME, C)).isEqualTo(SOME);
            assertThat(on.count(at, PAGES + SOME, LOCAL)).isBetween(SOME, 3 * SOME);
            on.expect(at, PAGES + SOME);
        }
    }

    @Test
    void shouldReclaimHereBeforeItSpillsThere() {
        for (String full : List.of("fail", "reclaim")) {
            try (TwoDevices on = TwoDeviceMachines.make("cdm(full=" + full + ")")) {
                long at = bound(on, PAGES + SOME, MemoryPolicy.preferred(C));
                assertThat(on.touch(at, PAGES + SOME)).isEqualTo("0 1");

                assertThat(on.count(at + PAGES * Pages.SIZE, SOME, C))
                        .as("the last pages with full=%s", full)
                        .isEqualTo(full.equals("fail") ? 0 : SOME);
                on.expect(at, PAGES + SOME);
            }
        }
    }

    /** A tenant that may be nowhere else came first and keeps what it has; room is made by the others' pages. */
    @ParameterizedTest
    @CsvSource({"reclaim", "end"})
    void shouldPassOverPagesThatMayGoNowhereElse(String full) {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=" + full + ")")) {
            on.machine().tenant("confined", NodeSet.of(C), List.of());
            AddressSpace space = on.machine().openSpace("confined", "confined");
            long kept = space.mmap(MapRequest.anonymous(SOME * Pages.SIZE));
            space.mbind(kept, SOME * Pages.SIZE, MemoryPolicy.bind(C));
            try (var cpu = space.attach(LOCAL)) {
                for (long page = 0; page < SOME; page++) {
                    cpu.putLong(kept + page * Pages.SIZE, page);
                }
                long at = bound(on, PAGES + SOME, MemoryPolicy.bind(C));
                assertThat(on.touch(at, PAGES + SOME)).isEqualTo("0 1");
                on.expect(at, PAGES + SOME);
            }
            assertThat(on.machine().counter("oom_kill")).isZero();
            assertThat(space.info().residentPages().get(C)).isEqualTo(SOME);
            space.close();
        }
    }

    @Test
    void shouldReclaimForADeviceThatTouches() {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=reclaim)")) {
            long at = bound(on, PAGES + SOME, MemoryPolicy.bind(C));
            on.device(C)
                    .launch(on.space(), new AddOne(at, (int) (PAGES + SOME)))
                    .await(TIMEOUT_NS);

            for (long page = 0; page < PAGES + SOME; page++) {
                assertThat(on.cpu().getLong(at + page * Pages.SIZE)).isEqualTo(1);
            }
            assertThat(on.where(at, PAGES + SOME)).isEqualTo("0 1");
        }
    }

    /** Three CPUs and a device take each other's pages off a device that holds half of what is bound to it. */
    @Test
    void shouldLetAllProgressWhoCrowdAFullDevice() throws Exception {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=reclaim)");
                var threads = Executors.newFixedThreadPool(3)) {
            long pages = PAGES / 2;
            List<Future<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sums.add(threads.submit(() -> crowd(on, bound(on, pages, MemoryPolicy.bind(C)), pages)));
            }
            long at = bound(on, pages, MemoryPolicy.bind(C));
            for (int round = 0; round < 4; round++) {
                on.device(C).launch(on.space(), new AddOne(at, (int) pages)).await(TIMEOUT_NS);
            }
            for (Future<Long> sum : sums) {
                assertThat(sum.get()).isEqualTo(10 * pages * (pages - 1) / 2);
            }
            assertThat(on.cpu().getLong(at + (pages - 1) * Pages.SIZE)).isEqualTo(4);
            on.space().advise(at, pages * Pages.SIZE, Advice.DEAD);
            on.device(C).launch(on.space(), new AddOne(at, (int) pages)).await(TIMEOUT_NS);
            assertThat(on.where(at, pages))
                    .as("what is touched anew once nobody else is there")
                    .isEqualTo("1");
        }
    }

    /** Fills a range and lets it go, again and again. @return the sum of what was read back */
    private static long crowd(TwoDevices on, long address, long pages) {
        long sum = 0;
        try (var cpu = on.space().attach(LOCAL)) {
            for (int round = 0; round < 10; round++) {
                for (long page = 0; page < pages; page++) {
                    cpu.putLong(address + page * Pages.SIZE, page);
                }
                for (long page = 0; page < pages; page++) {
                    sum += cpu.getLong(address + page * Pages.SIZE);
                }
                on.space().advise(address, pages * Pages.SIZE, Advice.DEAD);
            }
        }
        return sum;
    }

    /** Nothing can be reclaimed for a tenant that may be nowhere else. */
    @Test
    void shouldEndTheOffenderAndNobodyElse() {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=end)", C)) {
            on.machine().tenant("other", NodeSet.of(LOCAL, C), List.of());
            AddressSpace other = on.machine().openSpace("other", "other");
            long kept = other.mmap(MapRequest.anonymous(SOME * Pages.SIZE));
            other.mbind(kept, SOME * Pages.SIZE, MemoryPolicy.bind(C));
            long at = bound(on, PAGES + SOME, MemoryPolicy.bind(C));
            try (var cpu = other.attach(LOCAL)) {
                assertThat(on.touch(at, PAGES + SOME)).endsWith("SIGKILL");

                assertThat(TwoDevices.errno(() -> on.cpu().getLong(at + PAGES * Pages.SIZE)))
                        .isEqualTo("SIGKILL");
                eventually(() -> on.node(C).freePages() == PAGES);
                assertThat(TwoDevices.errno(() -> on.cpu().getLong(at))).isEqualTo("SIGKILL");
                assertThat(on.used(OTHER_C) + on.used(FAR) + on.used(LOCAL)).isZero();
                assertThat(on.machine().counter("oom_kill")).isEqualTo(1);
                assertThat(on.machine().events())
                        .filteredOn(event -> event.kind() == Event.Kind.OUT_OF_MEMORY)
                        .singleElement()
                        .returns(C, Event::initiator)
                        .returns(on.space().id(), Event::space);
                cpu.putLong(kept, 5);
                assertThat(other.why(kept).node()).isEqualTo(C);
            }
            other.close();
        }
    }

    @Test
    void shouldEndTheOffenderThatADeviceServes() {
        try (TwoDevices on = TwoDeviceMachines.make("cdm(full=end)", C)) {
            long at = bound(on, PAGES + SOME, MemoryPolicy.bind(C));
            var launch = on.device(C).launch(on.space(), new AddOne(at, (int) (PAGES + SOME)));

            assertThat(TwoDevices.errno(() -> launch.await(TIMEOUT_NS))).isIn("SIGKILL", "EBADF");
            eventually(() -> on.node(C).freePages() == PAGES);
            assertThat(TwoDevices.errno(() -> on.cpu().getLong(at))).isEqualTo("SIGKILL");
            assertThat(on.machine().counter("oom_kill")).isEqualTo(1);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        var threads = new JvmThreads();
        long endNs = threads.nowNs() + TIMEOUT_NS;
        while (!condition.getAsBoolean()) {
            assertThat(threads.nowNs()).isLessThan(endNs);
            threads.parkNs(100_000);
        }
    }
}
