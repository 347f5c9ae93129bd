package moraine.core.impl.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Reason;
import moraine.core.api.model.Violation;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The audit catches what it is for: each fault is planted in a sound machine, in records, lists or caches. */
final class AuditTest {
    private static final long FREE = FrameWord.flags(Frames.FREE);

    private final TestMachine machine = TestMachine.ofRam(1 << 14);
    private final List<Long> held = new ArrayList<>();
    private long folio;

    @BeforeEach
    void useSome() {
        for (int i = 0; i < 40; i++) {
            held.add(machine.allocate(Reason.CPU_FAULT));
        }
        folio = machine.allocator.allocate(machine.worker, machine.request(Reason.CPU_FAULT), 9);
        for (int i = 0; i < 8; i++) {
            machine.free(held.remove(2 * i));
        }
        machine.assertSound();
    }

    private Zone zone() {
        return machine.allocator.zone(0);
    }

    private FrameCache cache() {
        return Objects.requireNonNull(machine.worker.caches[0]);
    }

    /** {@return first frame of the first block of a list that has two or more, or only one} */
    private long block(boolean two) {
        for (int order = 0; order <= Zone.MAX_ORDER; order++) {
            int at = zone().heads[order];
            if (at != 0 && (!two || FrameWord.freeNext(machine.frames.word1(zone().first + at - 1)) != 0)) {
                return zone().first + at - 1;
            }
        }
        throw new AssertionError("no such list");
    }

    static Stream<Arguments> faults() {
        return Stream.concat(listFaults(), recordFaults());
    }

    private static Stream<Arguments> listFaults() {
        return Stream.of(
                fault("free-record", "a free block's flag is lost", t -> t.machine.frames.word0(t.block(false), 0)),
                fault(
                        "free-record",
                        "a free block has a reference",
                        t -> t.machine.frames.word0(t.block(false), FREE | FrameWord.REF)),
                fault("free-record", "a free block records another order", t -> {
                    long pfn = t.block(false);
                    long word = t.machine.frames.word1(pfn);
                    int other = FrameWord.freeOrder(word) - 1;
                    t.machine.frames.word1(
                            pfn, FrameWord.free(other, FrameWord.freePrevious(word), FrameWord.freeNext(word)));
                }),
                fault(
                        "free-record",
                        "a frame inside a free block is in use",
                        t -> t.machine.frames.word0(t.block(true) + 1, FrameWord.inUse(0, 0))),
                fault("free-list", "a link back is wrong", t -> {
                    long pfn = t.block(true);
                    long word = t.machine.frames.word1(pfn);
                    long next = t.zone().first + FrameWord.freeNext(word) - 1;
                    long nextWord = t.machine.frames.word1(next);
                    t.machine.frames.word1(
                            next, FrameWord.free(FrameWord.freeOrder(nextWord), 9, FrameWord.freeNext(nextWord)));
                }),
                fault("free-list", "a link leads out of the zone", t -> {
                    long pfn = t.block(true);
                    long word = t.machine.frames.word1(pfn);
                    t.machine.frames.word1(
                            pfn, FrameWord.free(FrameWord.freeOrder(word), FrameWord.freePrevious(word), 1 << 20));
                }),
                fault("double-listing", "a list is a ring", t -> {
                    long pfn = t.block(true);
                    long word = t.machine.frames.word1(pfn);
                    int self = (int) (pfn - t.zone().first) + 1;
                    t.machine.frames.word1(
                            pfn, FrameWord.free(FrameWord.freeOrder(word), FrameWord.freePrevious(word), self));
                }),
                fault("alignment", "a block does not lie on its boundary", t -> {
                    int order = FrameWord.freeOrder(t.machine.frames.word1(t.block(true)));
                    t.zone().heads[order]++;
                }),
                fault("frame-lost", "a list is cut off", t -> t.zone().heads[Zone.MAX_ORDER] = 0),
                fault("frame-count", "a list is cut off", t -> t.zone().heads[Zone.MAX_ORDER] = 0),
                fault("frame-lost", "a frame in use is wiped", t -> t.machine.frames.word0(t.held.getFirst(), 0)),
                fault("frame-count", "the zone counts a page too many", t -> {
                    long pfn = t.held.getFirst();
                    t.machine.frames.word0(pfn, 0);
                    t.zone().give(pfn, 0);
                    t.machine.frames.word0(t.zone().take(0, Reserve.NONE), FrameWord.flags(Frames.OFFLINE));
                }),
                fault("buddies-apart", "two free buddies are not joined", t -> {
                    long pfn = t.zone().take(1, Reserve.NONE);
                    t.zone().give(pfn, 0);
                    t.machine.frames.word0(pfn, 0);
                    t.zone().give(pfn + 1, 0);
                    t.machine.frames.word0(pfn, FREE);
                }));
    }

    private static Stream<Arguments> recordFaults() {
        return Stream.of(
                fault(
                        "frame-cache",
                        "a cache holds a frame twice",
                        t -> t.cache().push(t.cache().stack[0])),
                fault(
                        "frame-cache",
                        "a cache holds a free frame",
                        t -> t.cache().push(t.block(false))),
                fault(
                        "frame-cache",
                        "a cached frame is in use",
                        t -> t.machine.frames.word0(t.cache().stack[0], FrameWord.inUse(0, 0))),
                fault("frame-lost", "a cache forgets a frame", t -> t.cache().count--),
                fault("folio", "a tail has no head", t -> t.machine.frames.clearFlag(t.folio, Frames.HEAD)),
                fault("charge", "a charge without a page", t -> t.machine.tenants.charge(0, 0, 1, false)),
                fault("charge", "a page changes its tenant", t -> {
                    t.machine.tenants.define("other", NodeSet.ALL, List.of());
                    t.machine.frames.tenant(t.held.getFirst(), 1);
                }),
                fault("charge", "a page of nobody", t -> t.machine.frames.tenant(t.held.getFirst(), 500)),
                fault(
                        "frame-count",
                        "a frame is withdrawn behind the zone's back",
                        t -> t.machine.frames.setFlag(t.held.getFirst(), Frames.OFFLINE)));
    }

    private static Arguments fault(String invariant, String name, Consumer<AuditTest> plant) {
        return Arguments.of(invariant, name, plant);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("faults")
    void shouldCatch(String invariant, String name, Consumer<AuditTest> plant) {
        plant.accept(this);

        List<Violation> found = machine.allocator.audit();

        assertThat(found).as("%s", name).extracting(Violation::invariant).contains(invariant);
        assertThat(found)
                .allSatisfy(violation ->
                        assertThat(violation.detail()).contains("node 0").doesNotContain("\n"));
    }
}
