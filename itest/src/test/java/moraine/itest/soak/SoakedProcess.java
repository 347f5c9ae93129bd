package moraine.itest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import org.jspecify.annotations.Nullable;

/** An address space as one worker uses it: its context and the regions whose content it knows. */
final class SoakedProcess {
    final AddressSpace space;
    final CpuContext cpu;
    /** Whether it is the one that all workers share. */
    final boolean root;

    final List<Region> regions = new ArrayList<>();

    SoakedProcess(AddressSpace space, boolean root) {
        this.space = space;
        this.root = root;
        this.cpu = space.attach(0);
    }

    int pages() {
        return regions.stream().mapToInt(Region::pages).sum();
    }

    @Nullable
    Region any(RandomGenerator random) {
        return regions.isEmpty() ? null : regions.get(random.nextInt(regions.size()));
    }
}
