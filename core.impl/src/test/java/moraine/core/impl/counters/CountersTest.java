package moraine.core.impl.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;

final class CountersTest {
    private final Counters counters = new Counters();

    @Test
    void shouldCountUnderOneName() {
        counters.counter("faults", "faults", "Faults taken.").add(2);
        counters.counter("faults", "faults", "Faults taken.").add(3);

        assertThat(counters.value("faults")).isEqualTo(5);
    }

    @Test
    void shouldReadAGaugeWhenAsked() {
        AtomicLong value = new AtomicLong(1);
        counters.gauge("free", "pages", "Free pages.", value::get);
        value.set(7);

        assertThat(counters.value("free")).isEqualTo(7);
        counters.gauge("free", "pages", "Free pages.", () -> 9);
        assertThat(counters.value("free")).isEqualTo(9);
    }

    @Test
    void shouldListByName() {
        counters.counter("b", "times", "Second.").increment();
        counters.gauge("a", "pages", "First.", () -> 4);

        assertThat(counters.list())
                .containsExactly(
                        new CounterInfo("a", "pages", "First.", 4), new CounterInfo("b", "times", "Second.", 1));
    }

    @Test
    void shouldNotMixCountersAndGauges() {
        counters.counter("x", "times", "A counter.");
        counters.gauge("y", "times", "A gauge.", () -> 0);

        assertErrno(Errno.EEXIST, () -> counters.gauge("x", "times", "A gauge.", () -> 0));
        assertErrno(Errno.EEXIST, () -> counters.counter("y", "times", "A counter."));
        assertErrno(Errno.ENOENT, () -> counters.value("z"));
    }

    private static void assertErrno(Errno errno, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
