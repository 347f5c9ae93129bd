package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.api.model.Pages;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.Stat;

/**
 * Folios that found no destination whole: each is split, and its pages fill the slots for a pass of their own, the
 * touched page first. A 2 MiB hole that found none becomes 512 small ones. What cannot be split stays where it is.
 *
 * <p>A folio waits here held, as it was collected; its pages are held from the split on, so that nobody takes one away
 * in between.
 */
final class Pieces extends SlotStep {
    private final FolioSplit split;
    private long[] addresses = new long[16];
    private long[] heads = new long[16];
    private int size;
    private long address = -1;

    Pieces(Rooms rooms, Agent agent, Order order, Slots slots, FolioSplit split) {
        super(rooms, agent, order, slots);
        this.split = split;
    }

    /**
     * Leaves a folio or hole for another pass.
     *
     * @param at its virtual address, or -1
     * @param head of the held folio, or -1 for a hole
     */
    void add(long at, long head) {
        if (size == heads.length) {
            addresses = Arrays.copyOf(addresses, size * 2);
            heads = Arrays.copyOf(heads, size * 2);
        }
        addresses[size] = at;
        heads[size] = head;
        size++;
    }

    /** {@return whether the slots hold the pieces of another folio or hole} */
    boolean next() {
        slots.refill();
        while (size > 0 && slots.size == 0) {
            size--;
            address = addresses[size];
            if (heads[size] < 0) {
                holes();
            } else {
                pages(heads[size]);
            }
        }
        return slots.size > 0;
    }

    /** {@return virtual address of what the slots hold the pieces of, or -1} */
    long address() {
        return address;
    }

    private void holes() {
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            slots.addHole(address + (long) i * Pages.SIZE, 1);
        }
    }

    private void pages(long head) {
        if (!split.splitHeld(agent, head)) {
            slots.busy = true;
            agent.count(Stat.MIGRATE_FAILED, Pages.PER_LARGE);
            agent.letGo(head);
            return;
        }
        int first = touched();
        for (int i = 0; i < Pages.PER_LARGE; i++) {
            page(head, (first + i) % Pages.PER_LARGE);
        }
    }

    private void page(long head, int index) {
        long pfn = head + index;
        if (index == 0 || frames.tryLock(pfn)) {
            slots.addFolio(address < 0 ? -1 : address + (long) index * Pages.SIZE, pfn, 1);
            return;
        }
        slots.busy = true;
        agent.put(pfn);
    }

    /** {@return index of the page whose touch ordered the migration, 0 when none did} */
    private int touched() {
        long offset = order.hotStart - address;
        return address >= 0 && offset > 0 && offset < Pages.LARGE_SIZE ? (int) (offset >>> Pages.SHIFT) : 0;
    }
}
