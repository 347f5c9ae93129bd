package moraine.daemon.reclaim;

import static moraine.daemon.reclaim.Stand.FAST;
import static moraine.daemon.reclaim.Stand.SLOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import moraine.core.api.daemon.Daemon;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.Tick;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Hierarchy;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.Rank;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.Verdict;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.annotations.Component;

/** The example of {@code docs/writing-daemons.md}, run. */
final class WritingDaemonsTest {
    private static final int PAGES = 256;

    private static Stand machine(String daemon, NodeSet allowed) {
        return new Stand(
                "cxl-type3",
                MachineSpec.LAST_RESORT,
                List.of(daemon),
                allowed,
                SwapSpec.NONE,
                providers -> providers.daemons().add("cooler", new CoolerProvider(), "example.cooler 1.0", 0));
    }

    // guide: provider
    @Component(property = {"moraine.name=cooler", "moraine.kind=daemon"})
    public static final class CoolerProvider implements DaemonProvider {
        @Override
        public List<Parameter> parameters() {
            return CoolerSettings.ALL;
        }

        @Override
        public Verdict check(MachineView machine, Parameters parameters) {
            try {
                CoolerSettings.of(parameters);
            } catch (MoraineException e) {
                return Verdict.no(String.valueOf(e.getMessage()));
            }
            return Verdict.YES;
        }

        @Override
        public Daemon create(DaemonContext context, Parameters parameters) {
            return new Cooler("cooler" + parameters, CoolerSettings.of(parameters), context);
        }
    }
    // guide: end

    // guide: settings
    record CoolerSettings(int age, long periodNs) {
        private static final Parameter.Amount AGE =
                Parameter.amount("age", 8, 1, 255, "rounds", "rounds without a touch before a page goes");
        private static final Parameter.Amount PERIOD =
                Parameter.amount("periodUs", 10_000, 10, 10_000_000, "microseconds", "time between two rounds");

        static final List<Parameter> ALL = List.of(AGE, PERIOD);

        static CoolerSettings of(Parameters given) {
            given.requireKnown("cooler", ALL);
            return new CoolerSettings((int) AGE.of(given), 1000 * PERIOD.of(given));
        }
    }
    // guide: end

    // guide: daemon
    static final class Cooler implements Daemon {
        private final String name;
        private final CoolerSettings settings;
        private final DaemonContext context;
        private final Folios list;

        Cooler(String name, CoolerSettings settings, DaemonContext context) {
            this.name = name;
            this.settings = settings;
            this.context = context;
            this.list = context.folios(256);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long tick(Tick tick) {
            List<NodeInfo> nodes = context.view().nodes();
            var hierarchy = new Hierarchy(context.view().profile(), Rank.LATENCY);
            for (NodeInfo node : nodes) {
                List<Integer> slower = hierarchy.below(node.id(), nodes);
                if (!slower.isEmpty()) {
                    cool(tick, node.id(), slower.getFirst());
                }
            }
            return settings.periodNs();
        }

        private void cool(Tick tick, int node, int slower) {
            while (tick.scan(node, Attribute.RECLAIMABLE, list) > 0) {
                for (int i = list.size() - 1; i >= 0; i--) {
                    if (list.age(i) < settings.age()) {
                        list.remove(i);
                    }
                }
                tick.move(list, slower, Cause.DEMOTION);
            }
        }
    }
    // guide: end

    @Test
    void shouldCoolWhatNobodyUses() {
        // guide: helps
        try (Stand on = machine("cooler(age=4,periodUs=1000)", NodeSet.ALL)) {
            long idle = on.written(PAGES);
            long used = on.written(PAGES);
            for (int i = 0; i < 20; i++) {
                on.read(used, PAGES);
                on.pass(1);
            }

            assertThat(on.on(SLOW, idle, PAGES)).isEqualTo(PAGES);
            assertThat(on.on(FAST, used, PAGES)).isEqualTo(PAGES);
            assertThat(on.space.why(idle)).returns(Cause.DEMOTION, PageInfo::cause);
        }
        // guide: end
    }

    @Test
    void shouldKeepItsHandsOffWhatMayNotGo() {
        // guide: hands off
        try (Stand on = machine("cooler(age=4,periodUs=1000)", NodeSet.of(FAST))) {
            long idle = on.written(PAGES);
            on.pass(20);

            assertThat(on.on(FAST, idle, PAGES)).isEqualTo(PAGES);
            assertThat(on.machine.daemons().getFirst().ticks()).isGreaterThan(10);
        }
        // guide: end
    }

    @Test
    void shouldRefuseParametersInALine() {
        assertThatThrownBy(() -> machine("cooler(age=0)", NodeSet.ALL))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP))
                .hasMessageContaining("daemon cooler(age=0): parameter age=0 rounds is not within 1 to 255");
        assertThatThrownBy(() -> machine("cooler(old=4)", NodeSet.ALL)).hasMessageContaining("old");
    }

    @Test
    void shouldBeWhatTheGuideShows() throws IOException {
        List<String> source =
                Files.readAllLines(Path.of("src/test/java/moraine/daemon/reclaim/WritingDaemonsTest.java"));
        String guide = Files.readString(Path.of("../docs/writing-daemons.md")).replaceAll("(?m)^ +", "");
        boolean shown = false;
        int lines = 0;
        for (String line : source) {
            if (line.strip().startsWith("// guide:")) {
                shown = !line.endsWith("end");
            } else if (shown) {
                assertThat(guide).contains(line.strip());
                lines++;
            }
        }
        assertThat(lines).isGreaterThan(60);
    }
}
