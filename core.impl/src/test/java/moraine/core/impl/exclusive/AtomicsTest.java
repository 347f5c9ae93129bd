package moraine.core.impl.exclusive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Environment;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.machine.Pair;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Atomic accesses of devices: natively where that suffices, exclusively elsewhere. */
@Timeout(120)
final class AtomicsTest {
    /** A kernel whose blocks add 1 to a word so often, an addition a step. */
    private record Adder(long address, int blocks, int times) implements Kernel {
        @Override
        public String name() {
            return "adder";
        }

        @Override
        public Block block(int index) {
            int[] done = {0};
            return memory -> {
                memory.getAndAddLong(address, 1);
                return ++done[0] < times;
            };
        }
    }

    @Test
    void shouldMakeAPageExclusiveForAnAtomicThatDoesNotReachIt() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(remote=true)")) {
            long at = pair.written(1);
            pair.run(0, memory -> memory.putLong(at, 4));
            assertThat(pair.state(at)).as("writes need no right").isEqualTo(PageState.PRESENT);
            pair.run(0, memory -> memory.getAndAddLong(at, 1));
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(at)).isEqualTo(5);
            pair.run(0, memory -> assertThat(memory.compareAndSetLong(at, 5, 6)).isTrue());
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(at)).isEqualTo(6);
        }
    }

    @Test
    void shouldUseNativeAtomicsWhereTheyReach() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "")) {
            long at = pair.written(1);
            pair.run(0, memory -> memory.getAndAddLong(at, 1));
            assertThat(pair.state(at)).isEqualTo(PageState.PRESENT);
            assertThat(pair.cpu.getLong(at)).isEqualTo(2);
        }
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "")) {
            long at = pair.written(1);
            pair.run(0, memory -> memory.getAndAddLong(at, 1));
            assertThat(pair.state(at)).as("its own memory").isEqualTo(PageState.DEVICE_PRIVATE);
            assertThat(pair.cpu.getLong(at)).isEqualTo(2);
        }
    }

    @Test
    void shouldNeedTheRightWithoutNativeAtomics() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "", "atomics", "false")) {
            long at = pair.written(1);
            pair.run(0, memory -> memory.getAndAddLong(at, 1));
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            assertThat(pair.cpu.getLong(at)).isEqualTo(2);
        }
    }

    @Test
    void shouldRefuseAtomicsWhereNoRightCanBeHad() {
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(remote=true)")) {
            long shared = pair.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            pair.cpu.putLong(shared, 1);
            Pair.refused(Errno.EOPNOTSUPP, () -> pair.run(0, memory -> memory.getAndAddLong(shared, 1)));
            long at = pair.written(1);
            pair.space.mprotect(at, Pages.SIZE, Protection.READ);
            Pair.refused(Errno.EPERM, () -> pair.run(0, memory -> memory.getAndAddLong(at, 1)));
        }
    }

    @Test
    void shouldFollowAPlanThatWantsPagesExclusive() {
        try (var pair = new Pair(true, TestPolicy.Kind.NODE, "(exclusive=true)")) {
            long at = pair.written(2);
            long shared = pair.space.mmap(MapRequest.anonymous(Pages.SIZE).shared());
            pair.cpu.putLong(shared, 7);
            pair.run(0, memory -> assertThat(memory.getLong(at)).isEqualTo(1));
            assertThat(pair.state(at)).isEqualTo(PageState.EXCLUSIVE);
            pair.run(0, memory -> memory.putLong(shared, 8));
            assertThat(pair.cpu.getLong(shared)).isEqualTo(8);
            pair.space.mprotect(at + Pages.SIZE, Pages.SIZE, Protection.READ);
            pair.run(0, memory -> assertThat(memory.getLong(at + Pages.SIZE)).isEqualTo(2));
            assertThat(pair.state(at + Pages.SIZE)).isEqualTo(PageState.PRESENT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldLoseNoAdditionWhenTwoDevicesPlayPingPong(boolean virtual) {
        Environment environment = virtual ? new VirtualEnvironment() : WallClock.environment();
        try (var pair = new Pair(false, TestPolicy.Kind.HIDDEN, "(remote=true)", environment)) {
            long at = pair.written(1);
            List<Launch> launches = new ArrayList<>();
            for (int device = 0; device < 2; device++) {
                launches.add(pair.device(device).launch(pair.space, new Adder(at, 3, 200)));
            }
            long cpu = 0;
            if (!virtual) {
                while (!launches.stream().allMatch(Launch::done)) {
                    pair.cpu.getAndAddLong(at, 1);
                    cpu++;
                    Thread.onSpinWait();
                }
            }
            launches.forEach(launch -> launch.await(Pair.TIMEOUT_NS));
            assertThat(pair.cpu.getLong(at)).isEqualTo(1 + 1200 + cpu);
            assertThat(pair.under.machine().counter("exclusive.pages")).isPositive();
        }
    }
}
