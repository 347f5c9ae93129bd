package moraine.itest.soak;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import org.jspecify.annotations.Nullable;

/** Pins of one worker: what is read through one is what the page holds, or held when it was unmapped under the pin. */
final class Pinning {
    private static final int LIVE = -1;
    private static final int MOST_PINS = 3;
    private static final int MOST_PAGES = 24;

    private final Soak soak;
    private final RandomGenerator random;
    private final Accesses accesses;
    private final List<Held> pins = new ArrayList<>();

    /**
     * A pin, and for each page of it the version that stays, or LIVE while it is the region's; and whether that is one
     * that was advised free, so that it may have been dropped before it was pinned.
     */
    @SuppressWarnings("ArrayRecordComponent") // changed in place, never compared
    private record Held(
            Pin pin, Region region, SoakedProcess process, int first, boolean writes, int[] frozen, boolean[] loose) {}

    Pinning(Soak soak, RandomGenerator random, Accesses accesses) {
        this.soak = soak;
        this.random = random;
        this.accesses = accesses;
    }

    /** Pins pages, or works with a pin that is there, or ends it. */
    void any(SoakedProcess process, Region region) {
        if (pins.size() < MOST_PINS) {
            pin(process, region);
            return;
        }
        Held held = pins.get(random.nextInt(pins.size()));
        verify(held);
        if (held.writes && random.nextBoolean()) {
            write(held);
        } else {
            held.pin.close();
            pins.remove(held);
        }
    }

    private void pin(SoakedProcess process, Region region) {
        if (region.common != null) {
            return;
        }
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, MOST_PAGES);
        boolean writes = random.nextBoolean();
        Pin pin = tryPin(process, region, first, count, writes);
        if (pin == null) {
            return;
        }
        int[] frozen = new int[count];
        Arrays.fill(frozen, LIVE);
        Held held = new Held(pin, region, process, first, writes, frozen, new boolean[count]);
        pins.add(held);
        soak.tally.did(Kind.PIN);
        verify(held);
    }

    private @Nullable Pin tryPin(SoakedProcess process, Region region, int first, int count, boolean writes) {
        PinKind kind = PinKind.values()[random.nextInt(PinKind.values().length)];
        Intent intent = writes ? Intent.WRITE : Intent.READ;
        try {
            return process.space.pin(region.page(first), Worker.bytes(count), kind, intent);
        } catch (MoraineException e) {
            if (e.errno() == Errno.EBUSY || e.errno() == Errno.EACCES) {
                return null;
            }
            throw e;
        }
    }

    private void verify(Held held) {
        long[] words = accesses.words();
        Region region = held.region;
        for (int i = 0; i < held.frozen.length; i++) {
            held.pin.read((long) i * Pages.SIZE + offset(region), window(words, region));
            int page = held.first + i;
            if (held.frozen[i] == LIVE) {
                region.prove(page, words, "a pin");
            } else if (!(held.loose[i] && Pattern.zeros(words, region.words()))
                    && Pattern.mismatch(words, region.words(), region.key(page), held.frozen[i]) >= 0) {
                throw new Mismatch("a pin of page " + page + " of region " + region.id
                        + ", which is not mapped any more, does not hold version " + held.frozen[i]
                        + (held.loose[i] ? " (advised free)" : "") + "; "
                        + region.guess(page, words, held.frozen[i]) + "; first word 0x" + Long.toHexString(words[0]));
            }
        }
        soak.tally.proved(held.frozen.length);
        soak.tally.did(Kind.PIN_VERIFY);
    }

    private static long offset(Region region) {
        return (long) region.part * region.words() * Long.BYTES;
    }

    private static MemorySegment window(long[] words, Region region) {
        return MemorySegment.ofArray(words).asSlice(0, (long) region.words() * Long.BYTES);
    }

    private void write(Held held) {
        Region region = held.region;
        int i = random.nextInt(held.frozen.length);
        int page = held.first + i;
        if (held.frozen[i] != LIVE || !region.writable() || region.loose[page]) {
            return;
        }
        int version = region.versions[page] + 1;
        Pattern.fill(accesses.words(), region.words(), region.key(page), version);
        held.pin.write((long) i * Pages.SIZE + offset(region), window(accesses.words(), region));
        region.wrote(page, version);
        if (held.process.regions.contains(region)) {
            accesses.verify(held.process, region, page, 1);
        }
    }

    /**
     * Says that pages of a region are other frames from now on, or are about to be for certain; the pins keep what they
     * have. Shared pages stay the others' when one mapping of them goes.
     */
    void leave(Region region, int first, int count) {
        if (region.type.shared()) {
            return;
        }
        pins.stream().filter(held -> held.region == region).forEach(held -> freeze(held, first, first + count));
    }

    /** Says that a file is about to lose its pages from one on, whoever maps them. */
    void cut(Backing file, int first) {
        pins.stream()
                .filter(held -> Objects.equals(held.region.backing, file))
                .forEach(held -> freeze(held, first, Integer.MAX_VALUE));
    }

    private static void freeze(Held held, int first, int end) {
        for (int i = 0; i < held.frozen.length; i++) {
            int page = held.first + i;
            if (held.frozen[i] == LIVE && page >= first && page < end) {
                held.frozen[i] = held.region.versions[page];
                held.loose[i] = held.region.loose[page];
            }
        }
    }

    boolean pinned(Region region) {
        return pins.stream().anyMatch(held -> held.region == region);
    }

    void verifyAll() {
        pins.forEach(this::verify);
    }

    void close() {
        pins.forEach(held -> held.pin.close());
        pins.clear();
    }
}
