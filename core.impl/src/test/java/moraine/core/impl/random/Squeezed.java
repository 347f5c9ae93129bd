package moraine.core.impl.random;

import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;

/**
 * A space of one actor whose tenant may have less RAM than its spaces need, so that their touches make room themselves.
 * All actors share the tenant, and take pages from each other.
 */
final class Squeezed implements AutoCloseable {
    private static final String TENANT = "squeezed";
    private static final long QUOTA = 96;
    private static final int PAGES = 64;
    /** Pages of shared memory among them, at the end. */
    private static final int SHARED = 16;

    private final AddressSpace space;
    private final CpuContext cpu;
    private final RandomGenerator random;
    private final long own;
    private final long shared;
    private final long[] words = new long[PAGES];

    Squeezed(Machine machine, int actor, RandomGenerator random) {
        machine.tenant(TENANT, NodeSet.ALL, List.of(QUOTA));
        this.space = machine.openSpace(TENANT + actor, TENANT);
        this.cpu = space.attach(0);
        this.random = random;
        this.own = space.mmap(MapRequest.anonymous((long) (PAGES - SHARED) * Pages.SIZE));
        this.shared =
                space.mmap(MapRequest.anonymous((long) SHARED * Pages.SIZE).shared());
    }

    private long at(int page) {
        return page < PAGES - SHARED
                ? own + (long) page * Pages.SIZE
                : shared + (long) (page - PAGES + SHARED) * Pages.SIZE;
    }

    void operate() {
        int page = random.nextInt(PAGES);
        int dice = random.nextInt(100);
        try {
            if (dice < 50) {
                exact(page);
            } else if (dice < 90) {
                long word = random.nextLong();
                cpu.putLong(at(page), word);
                words[page] = word;
            } else if (dice < 96) {
                pin(page);
            } else {
                fork(page);
            }
        } catch (MoraineException e) {
            // others may hold all pages that could have gone
            if (e.errno() != Errno.EDQUOT && e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }

    private void pin(int page) {
        try (var _ = space.pin(at(page), Pages.SIZE, PinKind.SHORT, Intent.WRITE)) {
            exact(random.nextInt(PAGES));
            exact(page);
        }
    }

    private void fork(int page) {
        try (AddressSpace child = space.fork("child of " + space.name());
                CpuContext theirs = child.attach(0)) {
            same(page, theirs.getLong(at(page)));
            int other = random.nextInt(PAGES - SHARED);
            theirs.putLong(at(other), 7);
            exact(other);
        }
    }

    private void exact(int page) {
        same(page, cpu.getLong(at(page)));
    }

    private void same(int page, long word) {
        if (word != words[page]) {
            throw new AssertionError("page " + page + " of " + space.name() + " is " + word + ", not " + words[page]);
        }
    }

    /** Proves all pages. */
    void exact() {
        for (int page = 0; page < PAGES; page++) {
            exact(page);
        }
    }

    @Override
    public void close() {
        cpu.close();
        space.close();
    }
}
