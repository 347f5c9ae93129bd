package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.OTHER;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import moraine.core.api.driver.CopyBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device's engines are given to copy: runs in ascending order of source frames, each as long as it can be. */
final class CopyRunsTest {
    private static final int RAM = 0;
    private static final int PAGES = 40;
    private static final int ROUNDS = 50;
    /** Copies from each of two nodes, at most. */
    private static final int MOST = 80;
    /** Frames that the copies to a node and the gaps between them need at most: three for each. */
    private static final int SPARE = 2 * MOST * 3;

    private final MigrationRig rig = MigrationRig.reachable();
    private final List<Run> told = new ArrayList<>();

    /** A run, as engines are told of it. */
    private record Run(int fromNode, int toNode, long source, long target, int pages) {}

    /** A folio to copy. */
    private record Copy(long source, long target, int pages) {}

    @BeforeEach
    void record() {
        rig.copying(NEAR, this::note);
        rig.copying(OTHER, this::note);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void note(CopyBatch batch) {
        for (int run = 0; run < batch.runs(); run++) {
            told.add(new Run(
                    batch.sourceNode(),
                    batch.targetNode(),
                    batch.sourcePfn(run),
                    batch.targetPfn(run),
                    batch.pages(run)));
        }
        batch.moveAll();
    }

    /** {@return the first of so many frames at the end of a node, which nobody uses} */
    private long spare(int node, int count) {
        for (int section = rig.frames.sections() - 1; section >= 0; section--) {
            long first = rig.frames.firstPfn(section);
            if (rig.frames.node(first) == node) {
                return first + rig.frames.pages(section) - count;
            }
        }
        throw new AssertionError("node " + node + " has no frames");
    }

    /** Hands copies over, a slot each in the order of the list. */
    private void copy(List<Copy> copies) {
        var runs = new CopyRuns(rig.rooms, (first, end) -> {
            throw new AssertionError("frames " + first + " to " + end + " were declined");
        });
        long[] targets = new long[Slots.MAX];
        int[] pages = new int[Slots.MAX];
        for (int slot = 0; slot < copies.size(); slot++) {
            targets[slot] = copies.get(slot).target();
            pages[slot] = copies.get(slot).pages();
            runs.add(slot, copies.get(slot).source());
        }
        runs.flush(RAM, targets, pages);
    }

    /** {@return the runs that copies make, page by page: each ends where either side does not go on} */
    private List<Run> expected(List<Copy> copies) {
        var pages = new TreeMap<Long, Long>();
        for (Copy copy : copies) {
            for (int page = 0; page < copy.pages(); page++) {
                pages.put(copy.source() + page, copy.target() + page);
            }
        }
        var runs = new ArrayList<Run>();
        for (Map.Entry<Long, Long> page : pages.entrySet()) {
            var single = new Run(
                    rig.frames.node(page.getKey()),
                    rig.frames.node(page.getValue()),
                    page.getKey(),
                    page.getValue(),
                    1);
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && goesOn(last, single)) {
                runs.removeLast();
                runs.add(new Run(last.fromNode(), last.toNode(), last.source(), last.target(), last.pages() + 1));
            } else {
                runs.add(single);
            }
        }
        return runs;
    }

    private static boolean goesOn(Run run, Run page) {
        return run.fromNode() == page.fromNode()
                && run.toNode() == page.toNode()
                && run.source() + run.pages() == page.source()
                && run.target() + run.pages() == page.target();
    }

    @Test
    void shouldMakeOneRunOfAdjacentPagesInReverseOrder() {
        long source = spare(RAM, PAGES);
        long target = spare(NEAR, PAGES);
        var copies = new ArrayList<Copy>();
        for (int page = PAGES - 1; page >= 0; page--) {
            copies.add(new Copy(source + page, target + page, 1));
        }

        copy(copies);

        assertThat(told).containsExactly(new Run(RAM, NEAR, source, target, PAGES));
    }

    /** Pages that are adjacent on one side only are no run. */
    @Test
    void shouldPartRunsAtAGapOnEitherSide() {
        long source = spare(NEAR, 8);
        long target = spare(OTHER, 8);

        copy(List.of(
                new Copy(source + 5, target + 1, 1),
                new Copy(source + 2, target + 4, 1),
                new Copy(source, target + 2, 2),
                new Copy(source + 4, target, 1),
                new Copy(source + 3, target + 6, 1)));

        assertThat(told)
                .containsExactly(
                        new Run(NEAR, OTHER, source, target + 2, 3),
                        new Run(NEAR, OTHER, source + 3, target + 6, 1),
                        new Run(NEAR, OTHER, source + 4, target, 2));
    }

    /** Copies of all kinds, in any order: from and to several nodes, of pages and folios, with gaps on either side. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldMakeTheLongestRunsOfAnySet(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            List<Copy> copies = any(random);
            List<Run> expected = expected(copies);
            Collections.shuffle(copies, random);
            told.clear();

            copy(copies);

            assertThat(told).as("seed " + seed + ", round " + round).containsExactlyElementsOf(expected);
        }
    }

    /** {@return copies from RAM and a device to devices; in most, both sides go on where the one before ended} */
    private List<Copy> any(Random random) {
        var copies = new ArrayList<Copy>();
        long[] next = {0, spare(NEAR, SPARE), spare(OTHER, SPARE)};
        int to = NEAR;
        long[] sources = {spare(RAM, SPARE), spare(NEAR, 2 * SPARE)};
        for (int from = 0; from < sources.length; from++) {
            long source = sources[from];
            for (int copy = random.nextInt(MOST); copy > 0; copy--) {
                to = random.nextInt(8) == 0 ? NEAR + OTHER - to : to;
                source += random.nextInt(4) == 0 ? 1 : 0;
                next[to] += random.nextInt(4) == 0 ? 1 : 0;
                int pages = 1 + random.nextInt(4) / 3;
                copies.add(new Copy(source, next[to], pages));
                source += pages;
                next[to] += pages;
            }
        }
        return copies;
    }

    /** The pages that an application names in reverse order are adjacent in memory, and so is their new place. */
    @Test
    void shouldMoveAdjacentPagesInOneRunThatAreNamedInReverseOrder() {
        long at = rig.mapped(PAGES, PAGES);
        long[] addresses = new long[PAGES];
        int[] nodes = new int[PAGES];
        for (int i = 0; i < PAGES; i++) {
            addresses[i] = page(at, PAGES - 1 - i);
            nodes[i] = NEAR;
        }
        long source = rig.pfn(at);
        assertThat(rig.pfn(page(at, PAGES - 1))).as("frames are adjacent").isEqualTo(source + PAGES - 1);

        assertThat(rig.space.movePages(addresses, nodes, false)).allMatch(status -> status.node() == NEAR);

        assertThat(told).containsExactly(new Run(RAM, NEAR, source, rig.pfn(at), PAGES));
        for (int i = 0; i < PAGES; i++) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    /** As before, where frames are named: a device goes through its memory downwards. */
    @Test
    void shouldEvictAdjacentFramesInOneRunThatAreNamedInReverseOrder() {
        long at = rig.mapped(PAGES, PAGES);
        assertThat(rig.move(at, PAGES, NEAR)).isEqualTo(PAGES);
        long source = rig.pfn(at);
        long[] pfns = new long[PAGES];
        for (int i = 0; i < PAGES; i++) {
            pfns[i] = source + PAGES - 1 - i;
        }
        told.clear();

        assertThat(rig.within(() -> new Evictor(rig.rooms).evictFrames(rig.agent, NEAR, pfns, PAGES, PAGES)))
                .isEqualTo(PAGES);

        assertThat(told).containsExactly(new Run(NEAR, RAM, source, rig.pfn(at), PAGES));
        for (int i = 0; i < PAGES; i++) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }
}
