package moraine.launcher.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LiveThreadsTest {
    private final LiveThreads threads = new LiveThreads();

    @Test
    void shouldStartNamedDaemonThreads() throws Exception {
        var started = new ArrayBlockingQueue<Thread>(1);

        threads.start("worker 7", () -> started.add(Thread.currentThread()));

        Thread thread = started.poll(30, TimeUnit.SECONDS);
        assertThat(thread).isNotNull();
        assertThat(thread.getName()).isEqualTo("worker 7");
        assertThat(thread.isDaemon()).isTrue();
    }

    @Test
    void shouldEndAParkingWhenUnparked() throws Exception {
        var parking = new ArrayBlockingQueue<Thread>(1);
        var woken = new ArrayBlockingQueue<Boolean>(1);
        threads.start("parked", () -> {
            parking.add(Thread.currentThread());
            threads.parkNs(TimeUnit.HOURS.toNanos(1));
            woken.add(true);
        });

        LockSupport.unpark(parking.take());

        assertThat(woken.poll(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldTellTimeThatNeverGoesBack() {
        long before = threads.nowNs();

        assertThat(threads.nowNs() - before).isNotNegative();
    }
}
