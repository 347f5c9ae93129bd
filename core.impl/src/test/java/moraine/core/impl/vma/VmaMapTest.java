package moraine.core.impl.vma;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import moraine.core.api.host.Machine;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.impl.TestProfiles;
import moraine.core.impl.host.Limits;
import moraine.core.impl.host.Providers;
import moraine.core.impl.machine.MachineFactoryImpl;
import moraine.core.impl.rmap.Objects;
import moraine.core.impl.space.SpaceImpl;
import moraine.testkit.JvmThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VmaMapTest {
    private static final int PAGES = 2000;

    private final Objects objects = new Objects();
    private Machine machine;
    private SpaceImpl space;

    @BeforeEach
    void open() {
        var factory = new MachineFactoryImpl(new Providers(), Limits.DEFAULT);
        var profile = TestProfiles.devices(16 << 20, 0, 0, "none", true);
        machine = factory.create(
                MachineSpec.of(profile, MachineSpec.LAST_RESORT), factory.wallClock(new JvmThreads(), 1));
        space = (SpaceImpl) machine.openSpace("s");
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private Vma vma(long firstPage, long pages) {
        long start = firstPage << Pages.SHIFT;
        return new Vma(
                space,
                start,
                start + (pages << Pages.SHIFT),
                new Vma.Traits(Protection.READ, Sharing.PRIVATE),
                objects.create(false),
                firstPage);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldAgreeWithATree(long seed) {
        var random = new Random(seed);
        VmaMap map = VmaMap.EMPTY;
        var model = new TreeMap<Long, Vma>();
        for (int step = 0; step < 3000; step++) {
            Vma fresh = vma(random.nextInt(PAGES), 1 + random.nextInt(5));
            List<Vma> gone = new ArrayList<>(overlapping(model, fresh));
            List<Vma> come = random.nextInt(3) == 0 ? List.of() : List.of(fresh);
            assertThat(map.overlapping(fresh.start(), fresh.end())).isEqualTo(gone);
            map = map.replace(gone, come);
            gone.forEach(v -> model.remove(v.start()));
            come.forEach(v -> model.put(v.start(), v));
            long probe = (long) random.nextInt(PAGES * Pages.SIZE);
            assertThat(map.find(probe)).isSameAs(find(model, probe));
        }
        assertThat(map.all()).isEqualTo(new ArrayList<>(model.values()));
    }

    private static List<Vma> overlapping(NavigableMap<Long, Vma> model, Vma range) {
        return model.values().stream()
                .filter(v -> v.start() < range.end() && range.start() < v.end())
                .toList();
    }

    private static @Nullable Vma find(NavigableMap<Long, Vma> model, long address) {
        Map.Entry<Long, Vma> floor = model.floorEntry(address);
        return floor != null && address < floor.getValue().end() ? floor.getValue() : null;
    }

    @Test
    void shouldFindTheLowestGap() {
        VmaMap map = VmaMap.EMPTY.replace(List.of(), List.of(vma(10, 2), vma(14, 2)));
        assertThat(map.gap(2 << Pages.SHIFT, Pages.SIZE, 10L << Pages.SHIFT, Pages.ADDRESS_LIMIT))
                .isEqualTo(12L << Pages.SHIFT);
        assertThat(map.gap(3 << Pages.SHIFT, Pages.SIZE, 10L << Pages.SHIFT, Pages.ADDRESS_LIMIT))
                .isEqualTo(16L << Pages.SHIFT);
        assertThat(map.gap(Pages.SIZE, Pages.LARGE_SIZE, 10L << Pages.SHIFT, Pages.ADDRESS_LIMIT))
                .isEqualTo(Pages.LARGE_SIZE);
        assertThat(map.gap(Pages.SIZE, Pages.SIZE, 10L << Pages.SHIFT, 12L << Pages.SHIFT))
                .isEqualTo(-1);
    }
}
