package moraine.driver.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import moraine.core.api.driver.Completion;
import moraine.core.api.model.Errno;

/** Remembers how a launch ended, and how often. */
final class FakeLaunch implements Completion {
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Errno errno = Errno.OK;
    private volatile String message = "";

    @Override
    public void done() {
        calls.incrementAndGet();
    }

    @Override
    public void failed(Errno how, String why) {
        errno = how;
        message = why;
        calls.incrementAndGet();
    }

    boolean ended() {
        return calls.get() > 0;
    }

    int calls() {
        return calls.get();
    }

    Errno errno() {
        return errno;
    }

    void assertDone() {
        assertThat(message).isEmpty();
        assertThat(calls).hasValue(1);
    }

    void assertFailed(Errno expected, String part) {
        assertThat(calls).hasValue(1);
        assertThat(errno).as(message).isEqualTo(expected);
        assertThat(message).contains(part);
    }
}
