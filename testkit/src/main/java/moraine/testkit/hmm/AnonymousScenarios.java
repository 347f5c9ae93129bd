package moraine.testkit.hmm;

import static moraine.testkit.hmm.UserProcess.BUFFER_PAGES;
import static moraine.testkit.hmm.UserProcess.INDEX;
import static moraine.testkit.hmm.UserProcess.INVERSE;
import static moraine.testkit.hmm.UserProcess.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Protection;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Clock;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;

/** A device reads and writes anonymous memory through the mirror. */
final class AnonymousScenarios {
    private static final int TIMES = 10;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private AnonymousScenarios() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.single("open_close", "mirror", AnonymousScenarios::openClose),
                Scenario.single("anon_read", "mirror", AnonymousScenarios::read),
                Scenario.single("anon_write", "mirror", AnonymousScenarios::write),
                Scenario.single("anon_read_multiple", "mirror", AnonymousScenarios::readMultiple),
                Scenario.single("anon_teardown", "mirror", AnonymousScenarios::teardown));
    }

    /** A device is attached to a process, which ends. */
    private static void openClose(Rig rig) {
        UserProcess process = rig.process();
        assertThat(process.device(0).snapshot(process.map(1))).hasSize(1);
    }

    /** Untouched, zero and written pages are one range request. */
    private static void read(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(BUFFER_PAGES);
        Buffer written = buffer.part(2, BUFFER_PAGES - 2);
        process.fill(written, INDEX);
        process.expect(buffer.one(1), ZERO);
        process.protect(buffer, Protection.READ);
        Commands device = process.device(0);
        assertThat(device.read(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
        Buffer mirror = device.mirror(buffer);
        process.expect(mirror.part(0, 2), ZERO);
        process.expect(mirror.part(2, written.pages()), INDEX);
    }

    /** A device writes into memory that nobody touched before. */
    private static void write(Rig rig) {
        UserProcess process = rig.process();
        Buffer buffer = process.map(BUFFER_PAGES);
        Commands device = process.device(0);
        process.fill(device.mirror(buffer), INDEX);
        assertThat(device.write(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
        process.expect(buffer, INDEX);
    }

    /** Memory comes and goes, often at the same addresses: no device sees what was there before. */
    private static void readMultiple(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        for (int time = 0; time < TIMES; time++) {
            int round = time;
            Buffer buffer = process.map(BUFFER_PAGES);
            process.fill(buffer, index -> index + round);
            assertThat(device.read(buffer)).isEqualTo(Reply.done(BUFFER_PAGES, 1));
            process.expect(device.mirror(buffer), index -> index + round);
            process.unmap(buffer);
        }
    }

    /** Half of the memory is unmapped while a device reads it: all is read, or the kernel fails. */
    private static void teardown(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        RandomGenerator random = rig.machine().environment().random("teardown");
        int spanNs = undisturbed(rig, process, device);
        int cut = 0;
        for (int time = 0; time < TIMES; time++) {
            Buffer buffer = process.map(BUFFER_PAGES);
            process.fill(buffer, INVERSE);
            Buffer doomed = buffer.secondHalf();
            Actor unmapper = later(rig, random.nextInt(spanNs), () -> process.unmap(doomed));
            Reply reply = device.read(buffer);
            if (reply.errno() == Errno.OK) {
                assertThat(reply.faults()).isOne();
                process.expect(device.mirror(buffer), INVERSE);
            } else {
                assertThat(reply.errno()).isEqualTo(Errno.EFAULT);
                cut++;
            }
            assertThat(rig.machine().environment().actors().await(unmapper::done, TIMEOUT_NS))
                    .isTrue();
            assertThat(unmapper.failure()).isNull();
            process.unmap(buffer.firstHalf());
        }
        rig.note(cut + " of " + TIMES + " reads lost the upper half");
    }

    /** {@return how many ns a read may take, and a bit more} */
    private static int undisturbed(Rig rig, UserProcess process, Commands device) {
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INVERSE);
        device.read(buffer.one(0));
        Clock clock = rig.machine().environment().clock();
        long begunNs = clock.nowNs();
        device.read(buffer);
        long spanNs = clock.nowNs() - begunNs;
        process.unmap(buffer);
        return Math.clamp(spanNs * 5 / 4, 1, Integer.MAX_VALUE);
    }

    /** {@return an actor that does something once, so much later} */
    private static Actor later(Rig rig, long delayNs, Runnable task) {
        Environment environment = rig.machine().environment();
        Actors actors = environment.actors();
        long dueNs = environment.clock().nowNs() + delayNs;
        return actors.start("unmapper", Rig.CPU, self -> {
            if (environment.clock().nowNs() < dueNs) {
                self.wakeAt(dueNs);
                return Step.Progress.IDLE;
            }
            task.run();
            actors.signal();
            return Step.Progress.DONE;
        });
    }
}
