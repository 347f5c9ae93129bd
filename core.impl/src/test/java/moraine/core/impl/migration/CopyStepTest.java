package moraine.core.impl.migration;

import static moraine.core.impl.migration.MigrationRig.NEAR;
import static moraine.core.impl.migration.MigrationRig.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.driver.CopyBatch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.impl.tables.Pte;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of slots whose pages a device's engines do not copy. */
final class CopyStepTest {
    private final MigrationRig rig = MigrationRig.hidden();

    @AfterEach
    void close() {
        rig.close();
    }

    /** {@return eight pages with a hole after each, so that each is a run of its own; page 2i has 2i + 1} */
    private long apart() {
        long at = rig.mapped(16, 16);
        for (int i = 1; i < 16; i += 2) {
            rig.space.munmap(page(at, i), Pages.SIZE);
        }
        return at;
    }

    @Test
    void shouldLeaveOnlyThePagesOfARunThatFails() {
        long at = apart();
        long kept = rig.entry(page(at, 6));
        rig.copying(NEAR, batch -> {
            assertThat(batch.runs()).isEqualTo(8);
            for (int run = 0; run < 8; run++) {
                if (run == runOf(batch, Pte.pfn(kept))) {
                    batch.decline(run);
                } else {
                    batch.move(run);
                }
            }
        });

        assertThat(rig.move(at, 16, NEAR)).isEqualTo(7);

        assertThat(rig.entry(page(at, 6))).isEqualTo(kept);
        assertThat(rig.frames.locked(Pte.pfn(kept))).isFalse();
        assertThat(rig.frames.refs(Pte.pfn(kept))).isEqualTo(1);
        assertThat(rig.inUse(NEAR)).hasSize(7);
        assertThat(rig.counter("migrate.failed.pages")).isEqualTo(1);
        for (int i = 0; i < 16; i += 2) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    private static int runOf(CopyBatch batch, long pfn) {
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.sourcePfn(run) <= pfn && pfn < batch.sourcePfn(run) + batch.pages(run)) {
                return run;
            }
        }
        throw new AssertionError("frame " + pfn + " is in no run");
    }

    @Test
    void shouldCopyAllOfABatchThatADriverThrowsAt() {
        long at = apart();
        rig.copying(NEAR, batch -> {
            batch.move(3);
            throw new IllegalStateException("engine 1 stopped");
        });

        assertThat(rig.move(at, 16, NEAR)).isEqualTo(8);

        assertThat(rig.counter("host.exceptions")).isEqualTo(1);
        rig.copying(NEAR, CopyBatch::moveAll);
        for (int i = 0; i < 16; i += 2) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }

    @Test
    void shouldEndATouchOfAPageThatCannotComeHomeWithSigbus() {
        long at = apart();
        assertThat(rig.move(at, 16, NEAR)).isEqualTo(8);
        rig.copying(NEAR, batch -> batch.decline(0));

        assertThat(rig.bringBack(at)).isEqualTo(Errno.SIGBUS);
        assertThatThrownBy(() -> rig.cpu.getLong(at)).hasMessageContaining("could not be read");

        rig.copying(NEAR, CopyBatch::moveAll);
        assertThat(rig.cpu.getLong(at)).isEqualTo(1);
        assertThat(rig.cpu.getLong(page(at, 2))).isEqualTo(3);
    }

    @Test
    void shouldCopyPartsOfARun() {
        long at = rig.mapped(40, 40);
        rig.copying(NEAR, batch -> {
            for (int run = 0; run < batch.runs(); run++) {
                for (int i = batch.pages(run) - 1; i >= 0; i--) {
                    batch.move(run, i, 1);
                }
            }
        });

        assertThat(rig.move(at, 40, NEAR)).isEqualTo(40);

        for (int i = 0; i < 40; i++) {
            assertThat(rig.cpu.getLong(page(at, i))).isEqualTo(i + 1);
        }
    }
}
