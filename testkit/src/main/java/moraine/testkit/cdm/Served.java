package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;

/** A machine that daemons serve, and the steps of which scenarios about services are made. */
record Served(Rig rig, TwoDevices on) {
    /** States of a page that CPUs use where it is, unnoticed or noticed. */
    private static final Set<PageState> RESIDENT = Set.of(PageState.PRESENT, PageState.HINT);

    /** Pages placed at a time, so that RAM does not run low by it. */
    private static final long STEP = 256;

    /** Times that a driver tries to move what daemons hold. */
    private static final int TURNS = 50;

    /** Rounds of a daemon after which it has had every occasion. */
    private static final long ROUNDS = 40;

    /** Rounds of a daemon after which what it has not done it will not do. */
    private static final long PATIENCE = 1000;

    static Served by(Rig rig, Set<Service> services, int... allowed) {
        return new Served(rig, rig.served(services, allowed));
    }

    /** Writes the number of each page into it. */
    void write(long at, long from, long to) {
        for (long page = from; page < to; page++) {
            on.cpu().putLong(at + page * Pages.SIZE, page);
        }
    }

    /** Writes pages and has a driver move them to its device, without a look at what became of it. */
    void place(long at, long from, long to, int device) {
        for (long page = from; page < to; page += STEP) {
            long end = Math.min(to, page + STEP);
            write(at, page, end);
            move(at + page * Pages.SIZE, end - page, device);
        }
    }

    /** Has a driver move pages, again where a daemon held some just then. */
    void move(long at, long pages, int device) {
        for (int turn = 0; turn < TURNS && resident(at, pages, device) < pages; turn++) {
            if (turn > 0) {
                Rig.pause();
            }
            on.device(device).migrateToDevice(on.space(), at, pages * Pages.SIZE);
        }
    }

    /** Has a driver move pages, and proves that they were there, however soon daemons take some away again. */
    void bring(long at, long pages, int device) {
        bring(at, pages, device, () -> on.device(device).migrateToDevice(on.space(), at, pages * Pages.SIZE));
    }

    /** The same for whoever moves pages to a node. */
    void bring(long at, long pages, int node, Runnable once) {
        eventually("residency proof: pages at one moment on node " + node, () -> {
            if (resident(at, pages, node) < pages) {
                once.run();
            }
            return resident(at, pages, node) == pages;
        });
    }

    /** {@return the address of so many pages on a device, proven to have been there} */
    long placed(long pages, int device) {
        long at = on.map(pages);
        place(at, 0, pages, device);
        bring(at, pages, device);
        return at;
    }

    /** Proves where pages are before anything is to happen to them; without that the rest would prove nothing. */
    void prove(long at, long pages, int node) {
        assertThat(resident(at, pages, node)).as(() -> proof(at, pages, node)).isEqualTo(pages);
    }

    private long resident(long at, long pages, int node) {
        return pages(at, pages, page -> page.node() == node && RESIDENT.contains(page.state()));
    }

    private String proof(long at, long pages, int node) {
        return "residency proof: pages on node " + node + " before the scenario, now " + on.where(at, pages);
    }

    long pages(long at, long pages, Predicate<PageInfo> what) {
        return on.space().pages(at, pages * Pages.SIZE, Integer.MAX_VALUE).stream()
                .filter(what)
                .count();
    }

    /** {@return pages of a range that are in swap} */
    long swapped(long at, long pages) {
        return pages(at, pages, page -> page.state() == PageState.SWAPPED);
    }

    /** {@return pages of a range on a node that came there for a cause} */
    long by(Cause cause, int node, long at, long pages) {
        return pages(at, pages, page -> page.node() == node && page.cause() == cause);
    }

    /** Pages of local RAM that nobody uses, until it runs low. */
    record Cold(long at, long pages) {}

    /** Fills local RAM with pages, proves them to be there, and adds those that make it low. */
    Cold cold() {
        NodeInfo ram = on.node(LOCAL);
        long proven = ram.freePages() - ram.lowPages() - 1;
        var cold = new Cold(on.map(proven + STEP), proven);
        write(cold.at(), 0, proven);
        prove(cold.at(), proven, LOCAL);
        write(cold.at(), proven, proven + 2 + ram.lowPages() - ram.minPages() - 4);
        return cold;
    }

    /** Has a driver send pages home, until none is on a device. */
    void home(long at, long pages, int device) {
        eventually("pages home from node " + device, () -> {
            on.device(device).migrateToSystem(on.space(), at, pages * Pages.SIZE);
            return on.count(at, pages, device) == 0;
        });
    }

    /** {@return whether a node that was low is so no more} */
    boolean roomy(int node) {
        return on.node(node).freePages() >= on.node(node).lowPages();
    }

    /** No page of a device is used. */
    void devicesEmpty() {
        assertThat(on.used(C)).as("pages of node %d in use", C).isZero();
        assertThat(on.used(OTHER_C)).as("pages of node %d in use", OTHER_C).isZero();
    }

    /** Lets daemons make so many rounds that whatever they would do is done. */
    void rounds() {
        rounds(() -> {});
    }

    /** The same, while something else goes on. */
    void rounds(Runnable meanwhile) {
        long enough = ticks() + ROUNDS;
        eventually("rounds of daemons", () -> {
            meanwhile.run();
            return ticks() >= enough;
        });
    }

    /** Waits for what daemons do, or fails and tells what they did. */
    void eventually(String what, BooleanSupplier condition) {
        long enough = ticks() + PATIENCE;
        try {
            Rig.eventually(what, condition, () -> ticks() >= enough);
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + "; " + on.machine().daemons() + ", "
                            + on.machine().nodes(),
                    e);
        }
    }

    /**
     * Waits until all that is asserted holds at one moment: while daemons work, figures differ that are read in turn.
     */
    void settles(String what, Runnable assertions) {
        var last = new AtomicReference<AssertionError>();
        try {
            eventually(what, () -> holds(assertions, last));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; at last " + last.get(), e);
        }
    }

    private static boolean holds(Runnable assertions, AtomicReference<AssertionError> failure) {
        try {
            assertions.run();
            return true;
        } catch (AssertionError e) {
            failure.set(e);
            return false;
        }
    }

    private long ticks() {
        return on.machine().daemons().stream().mapToLong(DaemonInfo::ticks).sum();
    }
}
