package moraine.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.Pages;

/**
 * Moving memory to a device or back, against copying as many pages of the same size on one thread. Small pages lie in
 * RAM as they were first touched, at random.
 */
final class DeviceMoveDuel implements Duel {
    private static final long BYTES = 64L << 20;
    private static final Pattern KEY = Pattern.compile("migrate-(out|home)-(4k|2m)-(\\d+)");
    private static final int SMALL_PAGES = (int) (BYTES >>> Pages.SHIFT);

    private final boolean out;
    private final boolean large;
    private final GpuRig rig;
    private final Copies copies;
    private final long[] order = new long[SMALL_PAGES];
    private long start;

    DeviceMoveDuel(boolean out, boolean large, int engines) {
        this.out = out;
        this.large = large;
        rig = new GpuRig(SMALL_PAGES, engines);
        copies = new Copies(BYTES, large ? Pages.LARGE_SIZE : Pages.SIZE);
        for (int i = 0; i < SMALL_PAGES; i++) {
            order[i] = (long) i << Pages.SHIFT;
        }
        Ranges.shuffle(order);
        start = map();
    }

    /** {@return the duel of a key: {@code migrate-}, out or home, 4k or 2m, number of engines} */
    static DeviceMoveDuel of(String key) {
        Matcher parts = KEY.matcher(key);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no duel " + key);
        }
        boolean out = parts.group(1).equals("out");
        return new DeviceMoveDuel(out, parts.group(2).equals("2m"), Integer.parseInt(parts.group(3)));
    }

    private long map() {
        long at = rig.space.mmap(MapRequest.anonymous(BYTES).aligned(Pages.LARGE_SIZE));
        rig.space.advise(at, BYTES, large ? Advice.HUGEPAGE : Advice.NOHUGEPAGE);
        return at;
    }

    @Override
    public boolean parallel() {
        return true;
    }

    @Override
    public long operations() {
        return SMALL_PAGES;
    }

    @Override
    public Side moraine() {
        return new Side() {
            @Override
            public void prepare() {
                remap();
            }

            @Override
            public void run() {
                check(
                        out
                                ? rig.device.migrateToDevice(rig.space, start, BYTES)
                                : rig.device.migrateToSystem(rig.space, start, BYTES));
            }
        };
    }

    private void remap() {
        rig.space.munmap(start, BYTES);
        start = map();
        for (long offset : order) {
            rig.context.putLong(start + offset, offset);
        }
        if (!out) {
            check(rig.device.migrateToDevice(rig.space, start, BYTES));
        }
    }

    private static void check(MigrationReport report) {
        if (report.movedPages() != SMALL_PAGES) {
            throw new IllegalStateException(report + " of " + SMALL_PAGES + " pages");
        }
    }

    @Override
    public Side reference() {
        return copies;
    }

    @Override
    public void close() {
        copies.close();
        rig.close();
    }
}
