package moraine.core.impl.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Event;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.plugins.VirtualEnvironment;
import moraine.core.impl.plugins.WallClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EventsTest {
    private static final int KEPT = 4096;

    private final Environment environment = WallClock.environment();
    private final Events events = new Events(environment.clock(), KEPT);

    @Test
    void shouldGiveBackWhatWasRecorded() {
        events.record(Event.Kind.MIGRATION, 1, 7, 0x7f0000, 512, Cause.COHERENCE);
        events.record(Event.Kind.EXCHANGE, -1, -1, 0, 0, null);

        assertThat(events.list()).hasSize(2);
        assertThat(events.list().getFirst())
                .returns(Event.Kind.MIGRATION, Event::kind)
                .returns(1, Event::initiator)
                .returns(7, Event::space)
                .returns(0x7f0000L, Event::address)
                .returns(512L, Event::pages)
                .returns("COHERENCE", Event::cause);
        assertThat(events.list().getLast()).returns(-1, Event::initiator).returns("-", Event::cause);
    }

    @Test
    void shouldKeepTheLastOnes() {
        for (int i = 0; i < KEPT + 100; i++) {
            events.record(Event.Kind.CPU_FAULT, 0, 0, 0, i, null);
        }

        List<Event> kept = events.list();
        assertThat(kept).hasSize(KEPT);
        assertThat(kept.getFirst().pages()).isEqualTo(100);
        assertThat(kept.getLast().pages()).isEqualTo(KEPT + 99);
    }

    @Test
    void shouldKeepOneRingInVirtualTime() {
        var virtual = new Events(new VirtualEnvironment(), KEPT);
        for (int i = 0; i < 2 * KEPT; i++) {
            virtual.record(Event.Kind.CPU_FAULT, 0, 0, 0, i, null);
        }

        assertThat(virtual.list()).hasSize(KEPT);
    }

    @Test
    void shouldNeverShowATornEvent() {
        var writers = new AtomicInteger(4);
        for (int w = 0; w < 4; w++) {
            int writer = w;
            environment.actors().start("writer-" + w, 0, _ -> {
                for (int i = 0; i < 30_000; i++) {
                    events.record(Event.Kind.MIGRATION, writer, i, i * 4096L, i, Cause.USER);
                }
                writers.decrementAndGet();
                return Step.Progress.DONE;
            });
        }
        int seen = 0;
        while (writers.get() > 0) {
            for (Event event : events.list()) {
                assertThat(event.address()).isEqualTo(event.space() * 4096L);
                assertThat(event.pages()).isEqualTo(event.space());
                seen++;
            }
        }

        assertThat(events.list()).hasSize(KEPT);
        assertThat(seen).isGreaterThanOrEqualTo(0);
    }

    @Test
    void shouldAllocateNothingWithoutAFlightRecording() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        record(10_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        record(10_000);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4096);
    }

    private void record(int times) {
        for (int i = 0; i < times; i++) {
            events.record(Event.Kind.CPU_FAULT, 0, 1, i, 1, Cause.FIRST_TOUCH);
        }
    }

    @Test
    void shouldShowUpInAFlightRecording(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("moraine.jfr");
        try (var recording = new Recording()) {
            recording.enable("moraine.MachineEvent");
            recording.start();
            events.record(Event.Kind.EVICTION, 2, 3, 0x1000, 4, Cause.EVICTION);
            recording.stop();
            recording.dump(file);
        }

        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("moraine.MachineEvent"))
                .toList();
        assertThat(recorded).hasSize(1);
        assertThat(recorded.getFirst().getString("kind")).isEqualTo("EVICTION");
        assertThat(recorded.getFirst().getLong("address")).isEqualTo(0x1000);
        assertThat(recorded.getFirst().getString("cause")).isEqualTo("EVICTION");
    }
}
