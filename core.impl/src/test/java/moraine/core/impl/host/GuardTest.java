package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.ExitRecord;
import moraine.core.impl.counters.Counters;
import org.junit.jupiter.api.Test;

final class GuardTest {
    private final Counters counters = new Counters();
    private final List<Fault> ejected = new ArrayList<>();
    private final Guard guard = new Guard(new Limits(3, 5, 10, 1, 1, 1, 1), new HostCounters(counters), ejected::add);

    private static Fault oops(int number) {
        return new Fault(ExitRecord.EXCEPTION, "onPressure", "oops " + number, "");
    }

    @Test
    void shouldTripOnceAtTheLimit() {
        for (int i = 1; i <= 6; i++) {
            guard.thrown(oops(i));
        }

        assertThat(ejected).extracting(Fault::reason).containsExactly("oops 3");
        assertThat(guard.tripped()).isTrue();
        assertThat(counters.value("host.exceptions")).isEqualTo(6);
    }

    @Test
    void shouldForgetWithTheWindow() {
        guard.thrown(oops(1));
        guard.thrown(oops(2));
        for (int i = 0; i < 10; i++) {
            guard.call();
        }
        guard.thrown(oops(3));
        guard.thrown(oops(4));

        assertThat(ejected).isEmpty();
        guard.thrown(oops(5));
        assertThat(ejected).hasSize(1);
    }

    @Test
    void shouldCountEachIllegalAnswer() {
        guard.illegal("onDeviceFaults", "first", 4);
        assertThat(ejected).isEmpty();
        guard.illegal("onDeviceFaults", "second", 1);

        assertThat(ejected)
                .singleElement()
                .returns(ExitRecord.ILLEGAL_ANSWERS, Fault::kind)
                .returns("5 illegal answers, limit 5; the last: second", Fault::reason);
    }

    @Test
    void shouldTimeOneCallIn1024() {
        int timed = 0;
        for (int i = 0; i < 4096; i++) {
            timed += guard.call() ? 1 : 0;
        }

        assertThat(timed).isEqualTo(4);
        assertThat(counters.value("host.callbacks")).isEqualTo(4096);
    }
}
