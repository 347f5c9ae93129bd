package moraine.core.impl.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.plugins.VirtualEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Free frames that agents keep for themselves, when another finds none. */
final class IdleCachesTest {
    private static final int KEPT = 100;

    private final Pair pair = new Pair(false, TestPolicy.Kind.HIDDEN, "", new VirtualEnvironment());
    private final Rooms rooms = pair.under.mechanism().rooms();
    private final Agent idle = rooms.newAgent();
    private final Agent hungry = rooms.newAgent();
    /** Of each request, the node that had no room for it, or -1. */
    private final List<Integer> missed = new ArrayList<>();
    /** Mask of nodes that requests prefer, 0 for none. */
    private long preferred;

    @AfterEach
    void close() {
        rooms.retire(idle);
        rooms.retire(hungry);
        pair.close();
    }

    private long failures() {
        return pair.under.machine().counter("allocator.failures");
    }

    private long allocate(Agent agent) {
        agent.worker().request.reset(Reason.CPU_FAULT, Intent.WRITE, 0, 0);
        agent.worker().request.explicitMask = preferred;
        agent.worker().request.maskPreferred = preferred != 0;
        agent.worker().missed = -1;
        long pfn = rooms.allocator.allocate(agent.worker(), agent.worker().request, 0);
        missed.add(agent.worker().missed);
        if (pfn >= 0) {
            rooms.frames.put(pfn);
        }
        return pfn;
    }

    private void free(Agent agent, List<Long> pfns) {
        pfns.forEach(pfn -> rooms.allocator.free(agent.worker(), pfn));
    }

    private List<Long> take(Agent agent, int most) {
        List<Long> taken = new ArrayList<>();
        for (long pfn = 0; taken.size() < most; ) {
            pfn = allocate(agent);
            if (pfn < 0) {
                assertThat(-pfn).isEqualTo(Errno.ENOMEM.ordinal());
                break;
            }
            taken.add(pfn);
        }
        return taken;
    }

    /** {@return what was left free when another had taken all that it got} */
    private long leftBeside(Runnable whileExhausted) {
        rooms.world.enter(hungry);
        List<Long> all = take(hungry, Integer.MAX_VALUE);
        long left = rooms.allocator.freePages(0);
        whileExhausted.run();
        free(hungry, all);
        rooms.world.exit(hungry);
        return left;
    }

    private void keepSome() {
        rooms.world.enter(idle);
        free(idle, take(idle, KEPT));
    }

    @Test
    void shouldGiveOutWhatAnIdleAgentKeeps() {
        keepSome();
        rooms.world.exit(idle);

        assertThat(leftBeside(() -> {})).isEqualTo(rooms.allocator.minPages(0));

        rooms.world.enter(idle);
        List<Long> again = take(idle, KEPT);
        assertThat(again).hasSize(KEPT).doesNotHaveDuplicates();
        free(idle, again);
        rooms.world.exit(idle);
    }

    @Test
    void shouldMissNothingThatAnIdleAgentKept() {
        keepSome();
        rooms.world.exit(idle);
        long before = failures();

        leftBeside(() -> assertThat(failures()).isEqualTo(before + 1));

        assertThat(missed)
                .as("requests that got a frame of the node")
                .containsOnly(-1, 0)
                .last()
                .isEqualTo(0);
        assertThat(missed.stream().filter(node -> node == 0)).hasSize(1);
    }

    @Test
    void shouldGiveOutWhatAnIdleAgentKeepsToWhoPrefersAFullNode() {
        keepSome();
        rooms.world.exit(idle);
        preferred = 2;

        assertThat(leftBeside(() -> {})).isEqualTo(rooms.allocator.minPages(0));
    }

    @Test
    void shouldLeaveWhatABusyAgentKeeps() {
        keepSome();

        long left = leftBeside(() -> {
            List<Long> one = take(idle, 1);
            assertThat(one).hasSize(1);
            free(idle, one);
        });

        rooms.world.exit(idle);
        assertThat(left).isGreaterThanOrEqualTo(rooms.allocator.minPages(0) + KEPT);
    }
}
