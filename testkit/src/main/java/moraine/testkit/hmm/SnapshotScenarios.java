package moraine.testkit.hmm;

import static moraine.core.api.model.Snapshot.DEV_COHERENT_LOCAL;
import static moraine.core.api.model.Snapshot.DEV_COHERENT_REMOTE;
import static moraine.core.api.model.Snapshot.DEV_PRIVATE_LOCAL;
import static moraine.core.api.model.Snapshot.ERROR;
import static moraine.core.api.model.Snapshot.NONE;
import static moraine.core.api.model.Snapshot.READ;
import static moraine.core.api.model.Snapshot.WRITE;
import static moraine.core.api.model.Snapshot.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Snapshot;

/** What a device is shown of a range without asking for anything. */
final class SnapshotScenarios {
    private SnapshotScenarios() {}

    static List<Scenario> all() {
        return List.of(Scenario.pair("snapshot", "snapshot", SnapshotScenarios::snapshot));
    }

    /** {@return a snapshot in words} */
    static List<String> texts(byte[] snapshot) {
        List<String> texts = new ArrayList<>();
        for (byte page : snapshot) {
            texts.add(Snapshot.text(page));
        }
        return texts;
    }

    static String text(int page) {
        return Snapshot.text((byte) page);
    }

    private static void snapshot(Rig rig) {
        UserProcess process = rig.process();
        Commands first = process.device(0);
        Commands second = process.device(1);
        Buffer buffer = process.map(MapRequest.anonymous(7L * Pages.SIZE).protect(Protection.NONE));
        process.unmap(buffer.one(1));
        process.protect(buffer.one(2), Protection.READ);
        process.cpu().getInt(buffer.page(2));
        process.protect(buffer.part(3, 4), Protection.READ_WRITE);
        for (int page = 3; page < 7; page++) {
            process.cpu().putInt(buffer.page(page), page);
        }
        process.protect(buffer.one(3), Protection.READ);
        first.mustMigrate(buffer.one(5));
        second.mustMigrate(buffer.one(6));

        boolean coherent = rig.variant().coherent();
        assertThat(texts(first.snapshot(buffer)))
                .containsExactly(
                        text(ERROR),
                        text(ERROR),
                        text(ZERO | READ),
                        text(READ),
                        text(WRITE),
                        text((coherent ? DEV_COHERENT_LOCAL : DEV_PRIVATE_LOCAL) | WRITE),
                        text(coherent ? DEV_COHERENT_REMOTE | WRITE : NONE));
    }
}
