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

    /**
     * Half of the memory is unmapped while a device reads it: all is read, or the kernel fails. The first time it is
     * unmapped at once, the last time after the read, in between at random. In modelled time that is so, and both ends
     * are demanded; on the machine's clock another thread may come too late or too early each time, so they are only
     * noted.
     */
    private static void teardown(Rig rig) {
        UserProcess process = rig.process();
        Commands device = process.device(0);
        RandomGenerator random = rig.machine().environment().random("teardown");
        int spanNs = undisturbed(rig, process, device);
        int cut = 0;
        for (int time = 0; time < TIMES; time++) {
            cut += cut(rig, process, device, delayNs(time, spanNs, random)) ? 1 : 0;
        }
        rig.note(cut + " of " + TIMES + " reads lost the upper half");
        if (rig.machine().environment().clock().virtual()) {
            assertThat(cut).as("reads that lost the upper half").isStrictlyBetween(0, TIMES);
        }
    }

    /** {@return whether the upper half went, so much after it was asked for, before the device had read it} */
    private static boolean cut(Rig rig, UserProcess process, Commands device, long delayNs) {
        Buffer buffer = process.map(BUFFER_PAGES);
        process.fill(buffer, INVERSE);
        Buffer doomed = buffer.secondHalf();
        settle(rig);
        Actor unmapper = later(rig, delayNs, () -> process.unmap(doomed));
        Reply reply = device.read(buffer);
        boolean cut = reply.errno() != Errno.OK;
        if (cut) {
            assertThat(reply.errno()).isEqualTo(Errno.EFAULT);
        } else {
            assertThat(reply.faults()).isOne();
            process.expect(device.mirror(buffer), INVERSE);
        }
        assertThat(rig.machine().environment().actors().await(unmapper::done, TIMEOUT_NS))
                .isTrue();
        assertThat(unmapper.failure()).isNull();
        process.unmap(buffer.firstHalf());
        return cut;
    }

    /** Brings everybody who has something to do up to now: modelled processors work off what came before. */
    private static void settle(Rig rig) {
        rig.machine().environment().actors().await(() -> false, 1);
    }

    private static long delayNs(int time, int spanNs, RandomGenerator random) {
        return switch (time) {
            case 0 -> 0;
            case TIMES - 1 -> 2L * spanNs;
            default -> random.nextInt(spanNs);
        };
    }

    /** {@return how many ns a read takes once the mirror buffer is there, and a bit more} */
    private static int undisturbed(Rig rig, UserProcess process, Commands device) {
        Clock clock = rig.machine().environment().clock();
        long spanNs = 0;
        for (int read = 0; read < 2; read++) {
            Buffer buffer = process.map(BUFFER_PAGES);
            process.fill(buffer, INVERSE);
            settle(rig);
            long begunNs = clock.nowNs();
            device.read(buffer);
            spanNs = clock.nowNs() - begunNs;
            process.unmap(buffer);
        }
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
