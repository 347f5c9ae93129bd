package moraine.core.impl.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.Violation;
import moraine.core.impl.Rooms;
import moraine.core.impl.TestDriverProvider;
import moraine.core.impl.TestPolicy;
import moraine.core.impl.TestPolicyProvider;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.daemon.TestReclaim;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.TestMachine;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.space.Spaces;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;

/** A machine with a page of every kind, in which faults are planted. No context is open, so that no TLB is stale. */
final class Scene implements AutoCloseable {
    private static final long TIMEOUT_NS = 1_000_000_000_000L;
    private static final int PAGES = 16;
    /** Slots of the machine's swap. */
    static final int SLOTS = 16;

    private final TestMachine under;
    private final CachedFile cached;
    final Rooms rooms;
    final SpaceImpl space;
    /** Private pages: the first two written, the third read only, the last unmapped, the others untouched. */
    final long small;
    /** Shared pages, the first two written. */
    final long shared;
    /** A written 2 MiB folio. */
    final long large;
    /** Two pages, the first on device node 1. */
    final long device;
    /** A shared mapping of a file of two pages: the first read, the second written. */
    final long file;
    /** A private mapping of the same, the first page read. */
    final long own;
    /** A private mapping of a driver's buffer of two pages. */
    final long buffer;
    /** A private page in swap. */
    final long swapped;

    Scene() {
        var providers = new Providers();
        providers.drivers().add(TestDriverProvider.NAME, new TestDriverProvider(), "test.driver 1.0", 0);
        var hidden = new TestPolicyProvider(TestPolicy.Kind.HIDDEN);
        providers.policies().add("hidden", hidden, "test.hidden 1.0", 0);
        var profile = TestProfiles.devices(64L << 20, 4L << 20, 2, TestDriverProvider.NAME, true);
        var spec = MachineSpec.of(profile, "hidden(large=true,window=1)")
                .withSwap(SwapSpec.node(0, SLOTS * (long) Pages.SIZE));
        under = TestMachine.create(spec, providers, new VirtualEnvironment());
        rooms = under.mechanism().rooms();
        space = (SpaceImpl) under.machine().openSpace("scene");
        small = space.mmap(MapRequest.anonymous(PAGES * (long) Pages.SIZE));
        shared = space.mmap(MapRequest.anonymous(2L * Pages.SIZE).shared());
        large = space.mmap(MapRequest.anonymous(Pages.LARGE_SIZE).aligned(Pages.LARGE_SIZE));
        device = space.mmap(MapRequest.anonymous(2L * Pages.SIZE));
        cached = under.machine().openFile(file(), true);
        file = space.mmap(MapRequest.anonymous(2L * Pages.SIZE).shared(), cached, 0);
        own = space.mmap(MapRequest.anonymous(2L * Pages.SIZE), cached, 0);
        buffer = space.mmap(
                MapRequest.anonymous(2L * Pages.SIZE),
                under.machine().device("gpu0").buffer(2L * Pages.SIZE),
                0);
        swapped = space.mmap(MapRequest.anonymous(Pages.SIZE));
        touch();
        if (TestReclaim.frame(under.mechanism(), 0, pfn(swapped)) != 1) {
            throw new AssertionError("the page did not go to swap");
        }
    }

    private static Path file() {
        try {
            Path path = Files.createTempFile("moraine", ".scene");
            return Files.write(path, new byte[2 * Pages.SIZE]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void touch() {
        space.munmap(unmapped(), Pages.SIZE);
        try (CpuContext cpu = space.attach(0)) {
            cpu.putLong(small, 1);
            cpu.putLong(small + Pages.SIZE, 2);
            cpu.getLong(zero());
            cpu.putLong(shared, 3);
            cpu.putLong(shared + Pages.SIZE, 4);
            cpu.putLong(large, 5);
            cpu.getLong(file);
            cpu.putLong(file + Pages.SIZE, 6);
            cpu.getLong(own);
            cpu.putLong(swapped, 7);
        }
        launch("gpu0", device);
        launch("gpu1", device + Pages.SIZE);
    }

    private void launch(String name, long address) {
        under.machine().device(name).launch(space, new Store(address)).await(TIMEOUT_NS);
    }

    private record Store(long address) implements Kernel {
        @Override
        public String name() {
            return "store";
        }

        @Override
        public int blocks() {
            return 1;
        }

        @Override
        public Block block(int index) {
            return memory -> {
                memory.putLong(address, 6);
                return false;
            };
        }
    }

    long zero() {
        return small + 2L * Pages.SIZE;
    }

    long untouched() {
        return small + 5L * Pages.SIZE;
    }

    long unmapped() {
        return small + (PAGES - 1L) * Pages.SIZE;
    }

    /** {@return a space of another tenant with one page written} */
    SpaceImpl foreign() {
        under.machine().tenant("other", NodeSet.ALL, List.of());
        var other = (SpaceImpl) under.machine().openSpace("foreign", "other");
        long at = other.mmap(MapRequest.anonymous(Pages.SIZE).at(small));
        try (CpuContext cpu = other.attach(0)) {
            cpu.putLong(at, 7);
        }
        return other;
    }

    /** {@return the object of the file or buffer that a mapping shows} */
    MemoryObject source(long address) {
        return Objects.requireNonNull(
                Objects.requireNonNull(space.vmas().find(address), "no mapping there")
                        .source(),
                "it shows nothing");
    }

    Spaces spaces() {
        return under.mechanism().spaceList();
    }

    DeviceTable deviceTable(int node) {
        return Objects.requireNonNull(space.devices().table(node), "no table of device node " + node);
    }

    MiddleTable middle(long address) {
        return Objects.requireNonNull(space.table().middle(address), "no table there");
    }

    long entry(long address) {
        return space.table().get(address);
    }

    long pfn(long address) {
        return Pte.pfn(entry(address));
    }

    /** Puts an entry into a leaf table. @return what puts the old one back */
    Runnable put(long address, long entry) {
        long[] leaf = Objects.requireNonNull(middle(address).leaf(PageTable.region(address)), "no leaf table there");
        long old = MiddleTable.get(leaf, PageTable.index(address));
        MiddleTable.set(leaf, PageTable.index(address), entry);
        return () -> MiddleTable.set(leaf, PageTable.index(address), old);
    }

    /** {@return the names of what the checker reports} */
    Set<String> broken() {
        return under.machine().check().stream()
                .map(Violation::invariant)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        Path path = cached.path();
        under.close();
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
