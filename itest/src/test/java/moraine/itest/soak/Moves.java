package moraine.itest.soak;

import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import moraine.core.api.host.Device;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;

/** Moves of pages that one worker asks for, and what it says of them. */
final class Moves {
    private static final Set<Errno> NO_NODE =
            EnumSet.of(Errno.ENODEV, Errno.ENOENT, Errno.EINVAL, Errno.ENOMEM, Errno.EACCES);
    private static final Set<Errno> NOT_COLLAPSED = EnumSet.of(Errno.EINVAL, Errno.EAGAIN, Errno.EBUSY, Errno.ENOMEM);

    private final Soak soak;
    private final RandomGenerator random;
    private final Pinning pins;

    Moves(Soak soak, RandomGenerator random, Pinning pins) {
        this.soak = soak;
        this.random = random;
        this.pins = pins;
    }

    void any(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        long bytes = Worker.bytes(Worker.count(random, region.pages(), first, 128));
        long start = region.page(first);
        if (random.nextBoolean()) {
            migrate(process, region, start, bytes);
            return;
        }
        boolean home = random.nextBoolean();
        boolean[] moved = {false};
        int index = random.nextInt(Plugins.DEVICES);
        soak.plugins.use(index, device -> moved[0] = move(device, process, region, start, bytes, home));
        if (moved[0]) {
            soak.tally.did(home ? Kind.TO_SYSTEM : Kind.TO_DEVICE);
        }
    }

    private static boolean move(
            Device device, SoakedProcess process, Region region, long start, long bytes, boolean home) {
        try {
            MigrationReport report = home
                    ? device.migrateToSystem(process.space, start, bytes)
                    : device.migrateToDevice(process.space, start, bytes);
            return report.movedPages() > 0;
        } catch (MoraineException e) {
            if (e.errno() == Errno.ENODEV || e.errno() == Errno.ENOENT) {
                throw e;
            }
            Accesses.unlessGone(region, e);
            return false;
        }
    }

    private void migrate(SoakedProcess process, Region region, long start, long bytes) {
        int node = random.nextInt(1 + Plugins.DEVICES);
        int mark = node == 0 ? 0 : soak.plugins.mark(node - 1);
        try {
            MigrationReport report = process.space.migrate(start, bytes, node, Cause.USER);
            if (report.movedPages() > 0) {
                soak.tally.did(Kind.MIGRATE);
            }
        } catch (MoraineException e) {
            absentOrGone(region, node, mark, e, e.errno() == Errno.EACCES);
        }
    }

    private void absentOrGone(Region region, int node, int mark, MoraineException e, boolean allowed) {
        boolean absent = node > 0 && NO_NODE.contains(e.errno()) && soak.plugins.changed(node - 1, mark);
        if (!allowed && !absent) {
            Accesses.unlessGone(region, e);
        }
    }

    void advise(SoakedProcess process, Region region) {
        switch (random.nextInt(8)) {
            case 0, 1 -> free(process, region);
            case 2, 3 -> dead(process, region);
            case 4 -> large(process, region);
            case 5 -> mergeable(process, region);
            default -> place(process, region);
        }
    }

    private void free(SoakedProcess process, Region region) {
        if (region.type != Region.Type.PRIVATE || region.parts > 1) {
            return;
        }
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 64);
        process.space.advise(region.page(first), Worker.bytes(count), Advice.FREE);
        java.util.Arrays.fill(region.loose, first, first + count, true);
        soak.tally.did(Kind.ADVISE_FREE);
    }

    private void dead(SoakedProcess process, Region region) {
        if (region.type != Region.Type.PRIVATE || region.common != null) {
            return;
        }
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 64);
        try {
            Advice advice = random.nextBoolean() ? Advice.DEAD : Advice.DISCARD;
            process.space.advise(region.page(first), Worker.bytes(count), advice);
            pins.leave(region, first, count);
            region.cleared(first, count);
            soak.tally.did(Kind.ADVISE_DEAD);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }

    private void large(SoakedProcess process, Region region) {
        if (region.type != Region.Type.PRIVATE) {
            return;
        }
        Advice advice = switch (random.nextInt(3)) {
            case 0 -> Advice.HUGEPAGE;
            case 1 -> Advice.NOHUGEPAGE;
            default -> Advice.COLLAPSE;
        };
        try {
            process.space.advise(region.base, region.bytes(), advice);
            soak.tally.did(Kind.ADVISE_LARGE);
        } catch (MoraineException e) {
            if (!NOT_COLLAPSED.contains(e.errno()) || !advice.equals(Advice.COLLAPSE)) {
                Accesses.unlessGone(region, e);
            }
        }
    }

    private void mergeable(SoakedProcess process, Region region) {
        if (region.type != Region.Type.PRIVATE || region.parts > 1) {
            return;
        }
        Advice advice = random.nextInt(4) == 0 ? Advice.UNMERGEABLE : Advice.MERGEABLE;
        process.space.advise(region.base, region.bytes(), advice);
        soak.tally.did(Kind.ADVISE_MERGEABLE);
    }

    private void place(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        long bytes = Worker.bytes(Worker.count(random, region.pages(), first, 64));
        int node = 1 + random.nextInt(Plugins.DEVICES);
        int mark = soak.plugins.mark(node - 1);
        Advice advice = switch (random.nextInt(5)) {
            case 0 -> Advice.preferredLocation(node);
            case 1 -> Advice.NO_PREFERRED_LOCATION;
            case 2 -> Advice.accessedBy(node);
            case 3 -> Advice.notAccessedBy(node);
            default -> Advice.prefetch(random.nextBoolean() ? node : 0);
        };
        try {
            process.space.advise(region.page(first), bytes, advice);
            soak.tally.did(Kind.ADVISE_PLACE);
        } catch (MoraineException e) {
            absentOrGone(region, node, mark, e, false);
        }
    }
}
