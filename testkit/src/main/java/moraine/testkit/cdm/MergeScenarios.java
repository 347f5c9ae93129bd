package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Pages;

/**
 * Pages of equal content beside a daemon that merges: each is taken or left by its folio, and nothing marks a range.
 */
final class MergeScenarios {
    private static final long SOME = 16;
    private static final long CONTENT = 5;

    private MergeScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.always("merging_skips_by_folio", rig -> skips(rig, false)),
                Scenario.always("merging_that_was_on_before", rig -> skips(rig, true)));
    }

    private static void write(TwoDevices on, long at, long pages, boolean equal) {
        for (long page = 0; page < pages; page++) {
            on.cpu().putLong(at + page * Pages.SIZE, equal ? CONTENT : -1 - page);
        }
    }

    /**
     * The RAM half of a range becomes one page, the device's half stays, and merges, too, once it came home.
     *
     * @param before whether the range was advised, with content of which no two pages are equal, before it went there
     */
    private static void skips(Rig rig, boolean before) {
        Served with = Served.by(rig, Set.of(Service.MERGE));
        TwoDevices on = with.on();
        long at = on.map(2 * SOME);
        write(on, at, 2 * SOME, !before);
        if (before) {
            on.space().advise(at, 2 * SOME * Pages.SIZE, Advice.MERGEABLE);
        }
        with.move(at, SOME, C);
        with.bring(at, SOME, C);
        with.prove(at + SOME * Pages.SIZE, SOME, LOCAL);
        if (before) {
            write(on, at, 2 * SOME, true);
        } else {
            on.space().advise(at, 2 * SOME * Pages.SIZE, Advice.MERGEABLE);
        }
        with.eventually("RAM pages merged", () -> freed(on) >= SOME - 1);
        with.rounds();
        assertThat(freed(on)).as("pages that merging freed").isEqualTo(SOME - 1);
        assertThat(with.by(Cause.DRIVER, C, at, SOME)).as("pages that stayed").isEqualTo(SOME);
        with.home(at, SOME, C);
        with.eventually("pages that came home merged", () -> freed(on) == 2 * SOME - 1);
        for (long page = 0; page < 2 * SOME; page++) {
            assertThat(on.cpu().getLong(at + page * Pages.SIZE)).isEqualTo(CONTENT);
        }
    }

    private static long freed(TwoDevices on) {
        return on.machine().counter("ksm.freed.pages");
    }
}
