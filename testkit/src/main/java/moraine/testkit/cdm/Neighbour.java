package moraine.testkit.cdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;

/**
 * Another tenant of a machine, with a space and a range in it.
 *
 * @param on the machine
 * @param space its space
 * @param cpu a processor of the local node in it
 * @param at its range
 * @param pages length of the range
 */
record Neighbour(TwoDevices on, AddressSpace space, CpuContext cpu, long at, long pages) implements AutoCloseable {
    /** {@return one that may be anywhere, with a number in each page} */
    static Neighbour written(TwoDevices on, String name, long pages) {
        return mapped(on, name, NodeSet.ALL, pages).write();
    }

    /** {@return one that may be on a node only and is bound to it, with a number in each page} */
    static Neighbour bound(TwoDevices on, String name, long pages, int node) {
        Neighbour neighbour = mapped(on, name, NodeSet.of(node), pages);
        neighbour.space.mbind(neighbour.at, pages * Pages.SIZE, MemoryPolicy.bind(node));
        return neighbour.write();
    }

    private static Neighbour mapped(TwoDevices on, String name, NodeSet allowed, long pages) {
        on.machine().tenant(name, allowed, List.of());
        AddressSpace space = on.machine().openSpace(name, name);
        long at = space.mmap(MapRequest.anonymous(pages * Pages.SIZE));
        return new Neighbour(on, space, space.attach(TwoDevices.LOCAL), at, pages);
    }

    private Neighbour write() {
        for (long page = 0; page < pages; page++) {
            cpu.putLong(at + page * Pages.SIZE, page);
        }
        return this;
    }

    /** Has a driver bring its pages to a device. @return how many are there */
    long bring(int device) {
        on.device(device).migrateToDevice(space, at, pages * Pages.SIZE);
        return on(device);
    }

    /** {@return its pages on a node} */
    long on(int node) {
        return space.pages(at, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(page -> page.node() == node)
                .count();
    }

    /** Reads what was written, or fails. */
    void expect() {
        for (long page = 0; page < pages; page++) {
            assertThat(cpu.getLong(at + page * Pages.SIZE)).as("page %d", page).isEqualTo(page);
        }
    }

    @Override
    public void close() {
        cpu.close();
        space.close();
    }
}
