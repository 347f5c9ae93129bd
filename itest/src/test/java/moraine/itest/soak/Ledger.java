package moraine.itest.soak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import moraine.core.api.host.Machine;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.TenantInfo;
import moraine.core.api.model.Violation;

/** The machine's pages as they were at the start, and what of them is not accounted for at the end. */
final class Ledger {
    private static final long LIMIT_NS = 10_000_000_000L;
    private static final long POLL_NS = 1_000_000;
    private static final Set<String> MOVED = Set.of(
            "migrate.to.device.pages",
            "migrate.to.host.pages",
            "migrate.between.host.pages",
            "migrate.made.on.device.pages");

    private final Map<Integer, Long> freePages = new HashMap<>();

    Ledger(Machine machine) {
        machine.nodes().forEach(node -> freePages.put(node.id(), node.freePages()));
    }

    /**
     * {@return a line for each thing that is open, or nothing} Files that were let go leave the cache in their time.
     */
    String open(Machine machine) {
        long startNs = System.nanoTime();
        while (!free(machine) && System.nanoTime() - startNs < LIMIT_NS) {
            LockSupport.parkNanos(POLL_NS);
        }
        List<String> open = new ArrayList<>();
        for (NodeInfo node : machine.nodes()) {
            long before = freePages.getOrDefault(node.id(), 0L);
            if (node.freePages() != before || node.freePages() != node.pages()) {
                open.add("node " + node.id() + " has " + node.freePages() + " of " + node.pages()
                        + " pages free, it had " + before + " at the start");
            }
        }
        for (TenantInfo tenant : machine.tenants()) {
            if (tenant.chargedPages().stream().anyMatch(pages -> pages != 0)) {
                open.add("tenant " + tenant.name() + " is charged " + tenant.chargedPages() + " pages");
            }
        }
        for (Violation violation : machine.check()) {
            open.add(violation.toString());
        }
        machine.lostPages().forEach(page -> open.add(page.toString()));
        for (ExitRecord exit : machine.policies().exits()) {
            if (!exit.orderly()) {
                open.add(exit.toString());
            }
        }
        long swapped = machine.counter("swap.total.pages") - machine.counter("swap.free.pages");
        if (swapped != 0) {
            open.add(swapped + " swap slots are in use");
        }
        machine.spaces().forEach(space -> open.add("space " + space.name() + " is open"));
        return String.join("\n", open);
    }

    private static boolean free(Machine machine) {
        return machine.nodes().stream().allMatch(node -> node.freePages() == node.pages());
    }

    static long moved(Machine machine) {
        return machine.counters().stream()
                .filter(counter -> MOVED.contains(counter.name()))
                .mapToLong(CounterInfo::value)
                .sum();
    }
}
