package moraine.core.impl.tables;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actors;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageTableTest {
    private final Actors actors = new ThreadedEnvironment(new JvmThreads(), 1).actors();
    private final PageTable table = new PageTable(actors);

    private void install(long address, long entry) {
        MiddleTable middle = table.lock(address);
        long[] leaf = table.leafForInstall(middle, address);
        assertThat(leaf).isNotNull();
        MiddleTable.set(leaf, PageTable.index(address), entry);
        middle.unlock(PageTable.region(address));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAgreeWithAMap(long seed) {
        var random = new Random(seed);
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long address = (random.nextLong() & Pages.ADDRESS_LIMIT - 1 & (random.nextBoolean() ? -1L : 0xFFFFFFL))
                    & -Pages.SIZE;
            long entry = Pte.of(Pte.PRESENT, random.nextInt(1 << 20), Pte.WRITE);
            install(address, entry);
            model.put(address, entry);
        }
        model.forEach((address, entry) -> assertThat(table.get(address + 123)).isEqualTo(entry));
        long[] seen = {0};
        table.regions(0, Pages.ADDRESS_LIMIT, (middle, region) -> {
            long[] leaf = middle.leaf(PageTable.region(region));
            for (int i = 0; leaf != null && i < Pages.PER_LARGE; i++) {
                long entry = MiddleTable.get(leaf, i);
                if (entry != Pte.NONE) {
                    seen[0]++;
                    assertThat(model).containsEntry(region + ((long) i << Pages.SHIFT), entry);
                }
            }
        });
        assertThat(seen[0]).isEqualTo(model.size());
    }

    @Test
    void shouldFindPagesInsideALargeLeaf() {
        long base = 6 * Pages.LARGE_SIZE;
        MiddleTable middle = table.lock(base);
        middle.entry(PageTable.region(base), Pte.of(Pte.PRESENT, 1024, Pte.LARGE | Pte.WRITE));
        middle.unlock(PageTable.region(base));
        long inside = base + 5 * Pages.SIZE;
        long entry = table.get(inside);
        assertThat(Pte.pfn(entry)).isEqualTo(1029);
        assertThat(table.replace(inside, entry, entry | Pte.YOUNG)).isTrue();
        assertThat(table.get(base)).isEqualTo(Pte.of(Pte.PRESENT, 1024, Pte.LARGE | Pte.WRITE | Pte.YOUNG));
        assertThat(table.replace(inside, entry, entry | Pte.DIRTY)).isFalse();
        assertThat(table.leafForInstall(middle, base)).isNull();
    }

    @Test
    void shouldKeepBitsThroughEveryKind() {
        long entry = Pte.of(Pte.PRESENT, 77, Pte.WRITE | Pte.DIRTY | Pte.YOUNG | Pte.SOFT_DIRTY | Pte.UFFD_WP);
        for (int kind = Pte.NONE; kind <= Pte.USERFAULT; kind++) {
            long other = Pte.withKind(entry, kind);
            assertThat(Pte.bits(other)).isEqualTo(Pte.bits(entry));
            assertThat(Pte.pfn(other)).isEqualTo(77);
            assertThat(Pte.state(other)).isNotNull();
        }
        assertThat(Pte.pfn(Pte.withPfn(entry, (1L << 52) - 1))).isEqualTo((1L << 52) - 1);
    }
}
