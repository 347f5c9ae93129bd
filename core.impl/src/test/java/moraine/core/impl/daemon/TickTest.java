package moraine.core.impl.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Clock;
import moraine.core.impl.counters.Counters;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.Guard;
import moraine.core.impl.host.HostCounters;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Slot;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The budget of a tick, its counts and its end, over a room that has as many pages as one asks for. */
final class TickTest implements DaemonRoom, Clock {
    private static final long SCAN_NS = 10;
    private static final int OPEN = 1;
    private static final int CLOSED = 2;

    private final List<Fault> trips = new ArrayList<>();
    private final Counters counters = new Counters();
    private final Guard guard = new Guard(Limits.DEFAULT, new HostCounters(counters), trips::add);
    private final TickImpl tick = new TickImpl("fake", this, guard, this, new Budget(100, 50), 7, new Slot());
    private final FolioList list = new FolioList(tick, 20);
    private long nowNs;
    private long reclaimedUntilNs;

    @Override
    public int scan(int node, Attribute service, FolioList into, long endNs) {
        nowNs += SCAN_NS;
        into.clear(node, service);
        while (into.room()) {
            into.add(into.size(), 0, false, 0, 1);
        }
        return into.size();
    }

    @Override
    public @Nullable String refusal(int node, Cause cause) {
        return node == OPEN ? null : "node " + node + " takes none";
    }

    @Override
    public int move(FolioList folios, int node, Cause cause, int mover, long mostPages) {
        int moved = 0;
        while (folios.size() > 0 && moved < mostPages) {
            folios.remove(0);
            moved++;
        }
        return moved;
    }

    @Override
    public int fallbacks(FallbackList into) {
        into.clear();
        return into.add(1, 1) ? 1 : 0;
    }

    @Override
    public boolean census(int node, OwnerList into, long endNs) {
        nowNs += SCAN_NS;
        into.clear();
        into.of(node).unused[3] = 5;
        return true;
    }

    @Override
    public int hint(FolioList folios, long endNs) {
        int planted = 0;
        while (folios.size() > 0 && nowNs < endNs) {
            nowNs++;
            folios.remove(0);
            planted++;
        }
        return planted;
    }

    @Override
    public int hintFaults(HintFaultList into) {
        nowNs += SCAN_NS;
        while (into.room()) {
            into.add(into.size(), 0, false, 0, 1);
            into.touched(1, 0, 0, into.size());
        }
        return into.size();
    }

    @Override
    public int merge(FolioList folios, MergeRules rules, long round, int mover, long endNs, long mostPages) {
        assertThat(mover).isEqualTo(7);
        assertThat(endNs).isEqualTo(100);
        return move(folios, OPEN, Cause.MERGE, mover, mostPages);
    }

    @Override
    public int reclaim(FolioList folios, long mostPages, long endNs) {
        reclaimedUntilNs = endNs;
        return move(folios, OPEN, Cause.DEMOTION, 0, mostPages);
    }

    @Override
    public void close() {}

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public boolean virtual() {
        return true;
    }

    private int scan() {
        return tick.scan(0, Attribute.RECLAIMABLE, list);
    }

    private int move(int node) {
        return tick.move(list, node, Cause.DEMOTION);
    }

    private static void refused(Errno errno, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageContaining(words);
    }

    @Test
    void shouldAnswerNothingOnceTheTimeIsUsedUp() {
        tick.begin();
        for (int i = 0; i < 10; i++) {
            assertThat(tick.mayGoOn()).isTrue();
            assertThat(scan()).isEqualTo(20);
        }

        assertThat(tick.mayGoOn()).isFalse();
        assertThat(scan()).isZero();
        assertThat(list.size()).isZero();
        tick.end();
        tick.begin();
        assertThat(scan()).isEqualTo(20);
    }

    @Test
    void shouldEndATickWhoseOperationsCostNoTime() {
        var rows = new FallbackList(tick, 4);
        tick.begin();
        int operations = 0;
        while (tick.mayGoOn()) {
            tick.fallbacks(rows);
            assertThat(++operations).isLessThan(10_000);
        }

        assertThat(operations).isGreaterThan(1000);
        assertThat(nowNs).isZero();
        tick.end();
        tick.begin();
        assertThat(tick.mayGoOn()).isTrue();
    }

    @Test
    void shouldCountMergedPagesAsMovedOnes() {
        tick.begin();
        int merged = 0;
        for (int i = 0; i < 4; i++) {
            scan();
            merged += tick.merge(list, MergeRules.USUAL, /* round= */ 1);
        }

        assertThat(merged).isEqualTo(50);
        assertThat(tick.acted()).isEqualTo(50);
        tick.end();
        refused(Errno.EBADF, "tick", () -> tick.merge(list, MergeRules.USUAL, /* round= */ 1));
    }

    @Test
    void shouldMoveNoMoreThanItsBytes() {
        tick.begin();
        int moved = 0;
        for (int i = 0; i < 4; i++) {
            scan();
            moved += move(OPEN);
        }

        assertThat(moved).isEqualTo(50);
        assertThat(tick.mayGoOn()).isFalse();
        assertThat(tick.acted()).isEqualTo(50);
        assertThat(tick.scanned()).isEqualTo(60);
    }

    @Test
    void shouldReclaimNoMoreThanItsBytesAndNoLongerThanItsTime() {
        nowNs = 5;
        tick.begin();
        int gone = 0;
        for (int i = 0; i < 4; i++) {
            scan();
            gone += tick.reclaim(list);
        }

        assertThat(gone).isEqualTo(50);
        assertThat(reclaimedUntilNs).isEqualTo(105);
        assertThat(tick.acted()).isEqualTo(50);
        assertThat(tick.reclaim(list)).isZero();
        tick.end();
        refused(Errno.EBADF, "after it ended", () -> tick.reclaim(list));
    }

    @Test
    void shouldCountAMoveThatTheNodeRefuses() {
        tick.begin();
        scan();

        assertThat(move(CLOSED)).isZero();
        assertThat(counters.value("host.illegal")).isEqualTo(1);
        for (int i = 1; i < Limits.DEFAULT.illegalAnswers(); i++) {
            move(CLOSED);
        }
        assertThat(trips)
                .singleElement()
                .satisfies(fault -> assertThat(fault.reason()).contains("node 2 takes none"));
    }

    @Test
    void shouldPlantAndTellAsLongAsThereIsTime() {
        var faults = new HintFaultList(tick, 20);
        tick.begin();
        scan();
        assertThat(tick.hint(list)).isEqualTo(20);
        assertThat(tick.hintFaults(faults)).isEqualTo(20);
        nowNs += 1000;
        scan();

        assertThat(tick.hint(list)).isZero();
        assertThat(tick.hintFaults(faults)).isZero();
        assertThat(faults.size()).isZero();
        refused(Errno.EINVAL, "not one of fake", () -> tick.hintFaults(new HintFaultList(this, 4)));
    }

    @Test
    void shouldPutAFoliosWordsIntoAnotherList() {
        var faults = new HintFaultList(tick, 20);
        var one = new FolioList(tick, 1);
        tick.begin();
        tick.hintFaults(faults);

        assertThat(faults.transfer(7, one)).isTrue();

        assertThat(one.pfn(0)).isEqualTo(7);
        assertThat(faults.pfn(7)).isEqualTo(19);
        assertThat(faults.latencyNs(7)).isEqualTo(20);
        assertThat(faults.transfer(0, one)).isFalse();
        assertThat(faults.size()).isEqualTo(19);
        scan();
        refused(Errno.EINVAL, "folios met for", () -> list.transfer(0, one));
        refused(Errno.EINVAL, "another daemon's", () -> list.transfer(0, new FolioList(this, 4)));
    }

    @Test
    void shouldRefuseATickThatEnded() {
        refused(Errno.EBADF, "after it ended", this::scan);
        tick.begin();
        tick.end();

        refused(Errno.EBADF, "after it ended", this::scan);
        refused(Errno.EBADF, "after it ended", () -> move(OPEN));
        refused(Errno.EBADF, "after it ended", tick::mayGoOn);
        refused(Errno.EBADF, "after it ended", tick::nowNs);
    }

    @Test
    void shouldRefuseATickOfADaemonThatEnded() {
        tick.begin();
        tick.revoke();

        refused(Errno.EBADF, "has ended", this::scan);
        refused(Errno.EBADF, "has ended", () -> move(OPEN));
        refused(Errno.EBADF, "has ended", tick::mayGoOn);
        assertThat(tick.quiet()).isTrue();
    }

    @Test
    void shouldRefuseTheListOfAnother() {
        tick.begin();

        refused(Errno.EINVAL, "not one of fake", () -> tick.scan(0, Attribute.RECLAIMABLE, new FolioList(this, 4)));
    }

    @Test
    void shouldCountOwnersWithinItsTime() {
        var owners = new OwnerList(tick);
        tick.begin();
        assertThat(tick.census(3, owners)).isTrue();
        assertThat(owners.tenant(0)).isEqualTo(3);
        assertThat(owners.residentPages(0)).isEqualTo(5);
        assertThat(owners.unusedPages(0, 3)).isEqualTo(5);
        assertThat(owners.unusedPages(0, 4)).isZero();
        nowNs += 100;

        assertThat(tick.census(3, owners)).isFalse();
        refused(Errno.EINVAL, "not one of fake", () -> tick.census(3, new OwnerList(this)));
        refused(Errno.EINVAL, "not one of fake", () -> tick.fallbacks(new FallbackList(this, 1)));
        assertThat(tick.fallbacks(new FallbackList(tick, 1))).isEqualTo(1);
        assertThatThrownBy(() -> owners.tenant(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldKeepAListPacked() {
        tick.begin();
        scan();

        list.remove(3);

        assertThat(list.size()).isEqualTo(19);
        assertThat(list.pfn(3)).isEqualTo(19);
        assertThatThrownBy(() -> list.pfn(19)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
