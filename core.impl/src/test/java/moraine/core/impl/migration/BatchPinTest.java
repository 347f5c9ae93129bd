package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A page that somebody else refers to at some moment of a batch is refused and as it was before. */
final class BatchPinTest {
    private final MigrationRig rig = MigrationRig.reachable();

    @AfterEach
    void close() {
        rig.close();
    }

    private void assertUntouched(long at, long entry, long word) {
        assertThat(Pte.text(rig.entry(at))).isEqualTo(Pte.text(entry));
        assertThat(rig.entry(at)).isEqualTo(entry);
        assertThat(rig.word(Pte.pfn(entry))).isEqualTo(word);
        assertThat(rig.frames.locked(Pte.pfn(entry))).isFalse();
        assertThat(rig.cpu.getLong(at)).isEqualTo(word);
    }

    /** {@return the one of two pages that is copied first} */
    private int lower(long at) {
        return rig.pfn(at) < rig.pfn(page(at, 1)) ? 0 : 1;
    }

    @Test
    void shouldRefuseAPageThatIsPinnedWhileItIsUnmapped() {
        long at = rig.mapped(2, 2);
        long pinned = page(at, lower(at));
        long other = page(at, 1 - lower(at));
        long entry = rig.entry(pinned);
        long pfn = Pte.pfn(entry);
        rig.whenAnnounced(() -> assertThat(rig.frames.get(pfn)).isTrue());
        rig.whenCopied(() -> {
            rig.word(pfn, 77);
            rig.put(pfn);
        });

        assertThat(rig.move(at, 2, NEAR)).isEqualTo(1);

        assertUntouched(pinned, entry, 77);
        assertThat(rig.agent.batch().busy()).isTrue();
        assertThat(rig.frames.node(rig.pfn(other))).isEqualTo(NEAR);
    }

    @Test
    void shouldRefuseASharedPageThatIsPinnedWhileItIsUnmapped() {
        long at = rig.shared(2);
        long pinned = page(at, lower(at));
        long entry = rig.entry(pinned);
        long pfn = Pte.pfn(entry);
        rig.whenAnnounced(() -> assertThat(rig.frames.get(pfn)).isTrue());
        rig.whenCopied(() -> {
            rig.word(pfn, 77);
            rig.put(pfn);
        });

        assertThat(rig.move(at, 2, NEAR)).isEqualTo(1);

        assertUntouched(pinned, entry, 77);
    }

    @Test
    void shouldRefuseAPageThatIsPinnedAfterItWasUnmapped() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        rig.whenUnmapped(
                () -> assertThat(rig.frames.getUnlessZero(Pte.pfn(entry))).isTrue());

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertUntouched(at, entry, 1);
        rig.put(Pte.pfn(entry));
    }

    @Test
    void shouldRefuseAPageThatIsPinnedAfterItWasCopied() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        rig.whenCopied(() -> {
            assertThat(rig.frames.getUnlessZero(Pte.pfn(entry))).isTrue();
            rig.word(Pte.pfn(entry), 78);
        });

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertUntouched(at, entry, 78);
        assertThat(rig.agent.batch().busy()).isTrue();
        rig.put(Pte.pfn(entry));
    }

    @Test
    void shouldRefuseASharedPageThatIsPinnedAfterItWasCopied() {
        long at = rig.shared(1);
        long entry = rig.entry(at);
        rig.whenCopied(
                () -> assertThat(rig.frames.getUnlessZero(Pte.pfn(entry))).isTrue());

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertUntouched(at, entry, 1);
        rig.put(Pte.pfn(entry));
    }

    @Test
    void shouldRefuseASharedPageThatItsObjectGaveUp() {
        long at = rig.shared(1);
        long entry = rig.entry(at);
        long pfn = Pte.pfn(entry);
        MemoryObject object = rig.vma(at).object();
        rig.whenCopied(() -> {
            rig.frames.get(pfn);
            object.page(rig.frames.index(pfn), -1);
            rig.put(pfn);
        });

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertThat(rig.entry(at)).isEqualTo(entry);
        assertThat(rig.frames.refs(pfn)).isEqualTo(2);
        object.page(rig.frames.index(pfn), pfn);
    }

    @Test
    void shouldRefuseAPageThatIsStillMapped() {
        long at = rig.mapped(1, 1);
        long entry = rig.entry(at);
        rig.whenUnmapped(() -> rig.frames.addMapping(Pte.pfn(entry), 1));

        assertThat(rig.move(at, 1, NEAR)).isZero();

        assertUntouched(at, entry, 1);
        rig.frames.dropMapping(Pte.pfn(entry), 1);
    }

    @Test
    void shouldMoveASharedPageWithItsObjectsReference() {
        long at = rig.shared(1);
        long from = rig.pfn(at);

        assertThat(rig.move(at, 1, NEAR)).isEqualTo(1);

        long to = rig.pfn(at);
        MemoryObject object = rig.vma(at).object();
        assertThat(rig.frames.node(to)).isEqualTo(NEAR);
        assertThat(rig.frames.refs(to)).isEqualTo(2);
        assertThat(rig.frames.refs(from)).isZero();
        assertThat(object.page(rig.frames.index(to))).isEqualTo(to);
        assertThat(object.locked()).isFalse();
    }
}
