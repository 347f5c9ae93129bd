package moraine.core.impl.random;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/**
 * A fork that one actor looks after. Private words stay as they were at the fork, whatever the others write in the
 * parent, except where the actor writes its own; what it writes does not show in the parent.
 */
final class Child implements AutoCloseable {
    private static final int SAMPLES = 40;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    final AddressSpace space;
    private final int actor;
    private final int actors;
    private final RandomGenerator random;
    private final CpuContext cpu;
    /** Private words as they must be, by address. */
    private final Map<Long, Long> words;

    private record Sample(Region region, int writer, int slot, long before) {}

    private Child(AddressSpace space, int actor, int actors, RandomGenerator random, Map<Long, Long> words) {
        this.space = space;
        this.actor = actor;
        this.actors = actors;
        this.random = random;
        this.words = words;
        this.cpu = space.attach(0);
    }

    /** Forks the arena, and proves that each word sampled is between what it was before and after. */
    static Child of(Arena arena, CpuContext parent, int actor, int actors, RandomGenerator random) {
        Sample[] samples = new Sample[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            Region region = arena.any(random);
            int slot = random.nextInt(region.slots());
            int writer = random.nextInt(actors);
            samples[i] = new Sample(region, writer, slot, look(parent, region.address(writer, slot)));
        }
        var child = new Child(arena.space.fork("child"), actor, actors, random, new HashMap<>());
        for (Sample sample : samples) {
            child.bracket(parent, sample);
        }
        return child;
    }

    /** Forks this child in turn. */
    Child fork() {
        return new Child(space.fork("grandchild"), actor, actors, random, new HashMap<>(words));
    }

    /** {@return the word, or -1 where it may not be read} */
    private static long look(CpuContext cpu, long address) {
        try {
            return cpu.getLong(address);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
            return -1;
        }
    }

    private void bracket(CpuContext parent, Sample sample) {
        Region region = sample.region;
        long address = region.address(sample.writer, sample.slot);
        long word = look(cpu, address);
        long after = look(parent, address);
        if (word == -1 || sample.before == -1 || after == -1) {
            return;
        }
        region.belongs(sample.writer, sample.slot, word);
        long sequence = Word.sequence(word);
        boolean low = sequence < Word.sequence(sample.before);
        if (low || !region.shared && sequence > Word.sequence(after)) {
            throw new AssertionError(region.where(sample.writer, sample.slot) + " is " + Word.text(word)
                    + " in the child, was " + Word.text(sample.before) + " before the fork and "
                    + Word.text(after) + " after it");
        }
        if (!region.shared) {
            words.put(address, word);
        }
    }

    /** Reads or writes a word. */
    void access(Arena arena) {
        Region region = arena.any(random);
        int slot = random.nextInt(region.slots());
        int writer = random.nextInt(3) == 0 ? actor : random.nextInt(actors);
        try {
            if (region.shared) {
                shared(region, writer, slot);
            } else if (writer == actor && random.nextBoolean()) {
                write(region.address(actor, slot));
            } else {
                read(region, writer, slot);
            }
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
        }
    }

    /** A region younger than the fork is not there; the addresses of an older one hold it even when it is gone. */
    private void read(Region region, int writer, int slot) {
        long address = region.address(writer, slot);
        long word = cpu.getLong(address);
        region.belongs(writer, slot, word);
        Long wanted = words.putIfAbsent(address, word);
        if (wanted != null && wanted != word) {
            throw new AssertionError(region.where(writer, slot) + " is " + Word.text(word) + " in the child, was "
                    + Word.text(wanted) + " there before");
        }
    }

    private void write(long address) {
        long next = Word.sequence(cpu.getLong(address)) + 1;
        cpu.putLong(address, Word.of(actor, next));
        words.put(address, Word.of(actor, next));
    }

    private void shared(Region region, int writer, int slot) {
        long address = region.address(writer, slot);
        if (writer == actor) {
            long next = region.last[actor][slot] + 1;
            region.exact(actor, slot, cpu.getLong(address));
            cpu.putLong(address, Word.of(actor, next));
            region.last[actor][slot] = next;
        } else {
            region.observe(actor, writer, slot, cpu.getLong(address));
        }
    }

    /** Lets a device read the private words that are known, and write the actor's own. */
    void launch(Device device) {
        var kernel = new Look(words, actor);
        try {
            device.launch(space, kernel).await(TIMEOUT_NS);
        } catch (MoraineException e) {
            // what was read-only at the fork still is; a block that was refused stops its kernel
            if (e.errno() != Errno.EFAULT && e.errno() != Errno.EPERM) {
                throw e;
            }
        }
        kernel.end();
        words.putAll(kernel.written());
    }

    /** Lets a device begin, and closes the space meanwhile. */
    void closeUnder(Device device) {
        var kernel = new Look(words, actor);
        var launch = device.launch(space, kernel);
        close();
        try {
            launch.await(TIMEOUT_NS);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EBADF && e.errno() != Errno.EFAULT && e.errno() != Errno.EPERM) {
                throw e;
            }
        }
        kernel.end();
    }

    /** Proves all words that are known. */
    void exact() {
        words.forEach((address, wanted) -> {
            long word = cpu.getLong(address);
            if (word != wanted) {
                throw new AssertionError("word at 0x" + Long.toHexString(address) + " of " + space.name() + " is "
                        + Word.text(word) + ", should be " + Word.text(wanted));
            }
        });
    }

    @Override
    public void close() {
        cpu.close();
        space.close();
    }
}
