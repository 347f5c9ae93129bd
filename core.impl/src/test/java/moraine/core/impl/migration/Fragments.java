package moraine.core.impl.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.allocator.Worker;

/**
 * Memory in pieces: one frame is taken in each free 2 MiB block of a node, so that pages of 4 KiB are free and none of
 * 2 MiB is. Closing it gives them back; the checker must not run before, for nobody maps them.
 */
final class Fragments implements AutoCloseable {
    private final Rooms rooms;
    private List<Long> kept = List.of();

    private Fragments(Rooms rooms) {
        this.rooms = rooms;
    }

    /** Takes a frame in each free block of a node. */
    static Fragments of(Rooms rooms, int node) {
        return of(rooms, node, 0);
    }

    /** @param whole free blocks that stay whole */
    static Fragments of(Rooms rooms, int node, int whole) {
        var fragments = new Fragments(rooms);
        Worker worker = rooms.allocator.worker();
        List<Long> all = fragments.takeAll(worker, node);
        Map<Long, Long> pages = all.stream().collect(Collectors.groupingBy(Fragments::block, Collectors.counting()));
        fragments.kept = all.stream()
                .filter(pfn -> pfn % Pages.PER_LARGE == 0 && pages.getOrDefault(block(pfn), 0L) == Pages.PER_LARGE)
                .sorted()
                .skip(whole)
                .toList();
        assertThat(fragments.kept).as("free blocks of node " + node).isNotEmpty();
        all.removeAll(List.copyOf(fragments.kept));
        fragments.free(worker, all);
        rooms.allocator.release(worker);
        return fragments;
    }

    private static long block(long pfn) {
        return pfn / Pages.PER_LARGE;
    }

    private List<Long> takeAll(Worker worker, int node) {
        List<Long> all = new ArrayList<>();
        for (long pfn = take(worker, node); pfn >= 0; pfn = take(worker, node)) {
            all.add(pfn);
        }
        return all;
    }

    private long take(Worker worker, int node) {
        AllocRequest request = worker.request;
        request.reset(Reason.EVICTION, Intent.WRITE, node, 0);
        request.namedNode = node;
        request.explicitMask = 1L << node;
        request.maySpill = false;
        return rooms.allocator.allocate(worker, request, 0);
    }

    private void free(Worker worker, Collection<Long> pages) {
        for (long pfn : pages) {
            assertThat(rooms.frames.put(pfn)).isZero();
            rooms.allocator.free(worker, pfn);
        }
    }

    @Override
    public void close() {
        Worker worker = rooms.allocator.worker();
        free(worker, kept);
        rooms.allocator.release(worker);
    }
}
