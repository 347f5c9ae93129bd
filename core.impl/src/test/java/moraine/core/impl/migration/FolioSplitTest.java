package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A folio is split when nobody else refers to it, and otherwise left as it was. */
final class FolioSplitTest {
    private final MigrationRig rig = MigrationRig.hidden();
    private final FolioSplit split = new FolioSplit(rig.rooms);

    @AfterEach
    void close() {
        rig.close();
    }

    private boolean split(long head) {
        return rig.within(() -> split.split(rig.agent, head) ? 1 : 0) == 1;
    }

    @Test
    void shouldSplitWhatNobodyElseHolds() {
        long at = rig.large();
        long head = rig.pfn(at);
        rig.cpu.putLong(page(at, 9), 9);

        assertThat(split(head)).isTrue();

        assertThat(Pte.large(rig.entry(at))).isFalse();
        assertThat(rig.pfn(page(at, 9))).isEqualTo(head + 9);
        assertThat(rig.cpu.getLong(page(at, 9))).isEqualTo(9);
        assertThat(split(head)).as("a base page is split already").isTrue();
    }

    @Test
    void shouldLeaveAFolioThatIsPinned() {
        long at = rig.large();
        long entry = rig.entry(at);
        long head = Pte.pfn(entry);
        rig.whenAnnounced(() -> assertThat(rig.frames.get(head)).isTrue());

        assertThat(split(head)).isFalse();

        assertThat(rig.entry(at)).isEqualTo(entry);
        assertThat(rig.frames.locked(head)).isFalse();
        rig.put(head);
    }

    @Test
    void shouldLeaveAFolioThatIsStillMapped() {
        long at = rig.large();
        long entry = rig.entry(at);
        long head = Pte.pfn(entry);
        rig.whenAnnounced(() -> rig.frames.addMapping(head, 1));

        assertThat(split(head)).isFalse();

        assertThat(rig.entry(at)).isEqualTo(entry);
        rig.frames.dropMapping(head, 1);
    }

    @Test
    void shouldLeaveALockedFolio() {
        long at = rig.large();
        long entry = rig.entry(at);
        long head = Pte.pfn(entry);
        assertThat(rig.frames.tryLock(head)).isTrue();

        assertThat(split(head)).isFalse();

        assertThat(rig.entry(at)).isEqualTo(entry);
        assertThat(rig.frames.locked(head)).isTrue();
        rig.frames.unlock(head);
    }
}
