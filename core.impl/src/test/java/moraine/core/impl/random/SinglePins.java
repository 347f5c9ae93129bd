package moraine.core.impl.random;

import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.jspecify.annotations.Nullable;

/** Pins and advice of a single actor, each compared with the model. */
final class SinglePins {
    /** Written through pins only, so that the values are nobody else's. */
    private static final long FIRST = 1L << 50;

    private final RandomGenerator random;
    private long last = FIRST;

    SinglePins(RandomGenerator random) {
        this.random = random;
    }

    /** Pins pages, reads and writes words through the pin and beside it, and lets go. */
    void pin(Side side, int most) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = side.model().run(at, most);
        PinKind kind = PinKind.values()[random.nextInt(2)];
        Intent intent = random.nextBoolean() ? Intent.READ : Intent.WRITE;
        boolean allowed = true;
        for (int i = 0; i < count; i++) {
            allowed &= side.model().protection(at + (long) i * Pages.SIZE).allows(intent);
        }
        @Nullable Pin[] got = new Pin[1];
        boolean done = Agreement.does(
                Errno.EFAULT, () -> got[0] = side.space().pin(at, (long) count * Pages.SIZE, kind, intent));
        side.note("pin " + kind + " " + intent + " " + done, at, count);
        Agreement.same(done, allowed, "pin", at);
        try (Pin pin = got[0]) {
            for (int i = 0; pin != null && i < 8; i++) {
                use(side, pin, at, count, intent);
            }
        }
    }

    private void use(Side side, Pin pin, long at, int count, Intent intent) {
        long offset = (long) random.nextInt(count) * Pages.SIZE + 8L * random.nextInt(512);
        long[] word = new long[1];
        pin.read(offset, MemorySegment.ofArray(word));
        Agreement.same(word[0], side.model().word(at + offset), at + offset);
        if (intent.writes()) {
            word[0] = ++last;
            pin.write(offset, MemorySegment.ofArray(word));
            side.model().word(at + offset, word[0]);
        }
        Agreement.same(side.cpu().getLong(at + offset), side.model().word(at + offset), at + offset);
    }

    /** Says that pages are dead. */
    void dead(Side side, int most) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = side.model().run(at, most);
        boolean allowed = true;
        for (int i = 0; i < count; i++) {
            allowed &= !side.model().shared(at + (long) i * Pages.SIZE);
        }
        boolean done =
                Agreement.does(Errno.EOPNOTSUPP, () -> side.space().advise(at, (long) count * Pages.SIZE, Advice.DEAD));
        side.note("dead " + done, at, count);
        Agreement.same(done, allowed, "advice", at);
        if (done) {
            side.model().clear(at, count);
        }
    }
}
