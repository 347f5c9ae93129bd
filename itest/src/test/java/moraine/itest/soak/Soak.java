package moraine.itest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Pages;

/** What the workers share: the machine, the space, its common regions, the plug-ins, the tally. */
final class Soak {
    /** Above all addresses at which mappings are put that name none. */
    private static final long FIRST_COMMON = 1L << 40;

    private static final Region.Type[] COMMONS = {
        Region.Type.PRIVATE, Region.Type.PRIVATE, Region.Type.SHARED, Region.Type.FILE_SHARED
    };
    private static final int[] COMMON_PAGES = {Pages.PER_LARGE, 80, 80, 40};

    final Machine machine;
    final AddressSpace space;
    final Plugins plugins;
    final Files files;
    final Tally tally;
    final Mix mix;
    private final int workers;
    private final AtomicInteger regions = new AtomicInteger();
    private final AtomicLong nextCommon = new AtomicLong(FIRST_COMMON);
    private final AtomicReferenceArray<Common> commons = new AtomicReferenceArray<>(COMMONS.length);

    Soak(Machine machine, AddressSpace space, Plugins plugins, Files files, Tally tally, Mix mix, int workers) {
        this.machine = machine;
        this.space = space;
        this.plugins = plugins;
        this.files = files;
        this.tally = tally;
        this.mix = mix;
        this.workers = workers;
        for (int i = 0; i < COMMONS.length; i++) {
            commons.set(i, mapCommon(i));
        }
    }

    int nextRegion() {
        return regions.incrementAndGet();
    }

    private Common mapCommon(int index) {
        long base = nextCommon.getAndAdd(4 * Pages.LARGE_SIZE);
        return Common.map(space, nextRegion(), COMMONS[index], base, COMMON_PAGES[index], workers, files);
    }

    /** {@return a region that all share, as a worker knows it} */
    Region common(int worker, RandomGenerator random) {
        return commons.get(random.nextInt(COMMONS.length)).view(worker);
    }

    /** {@return the regions that all share, as a worker knows them} */
    List<Region> commons(int worker) {
        List<Region> views = new ArrayList<>();
        for (int i = 0; i < COMMONS.length; i++) {
            views.add(commons.get(i).view(worker));
        }
        return views;
    }

    /** Unmaps a common region under its users and puts a fresh one in its place. */
    synchronized void replaceCommon(RandomGenerator random) {
        int index = random.nextInt(COMMONS.length);
        Common old = commons.get(index);
        old.unmap(space, random.nextInt(old.pages));
        commons.set(index, mapCommon(index));
    }

    /** Unmaps the common regions; nobody uses them any more. */
    void unmapCommons() {
        for (int i = 0; i < COMMONS.length; i++) {
            commons.get(i).unmap(space, 0);
        }
    }
}
