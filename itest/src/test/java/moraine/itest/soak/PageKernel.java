package moraine.itest.soak;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that proves pages of a region and, if it is told to, writes the next version: whole, or by atomic additions
 * word by word. After a failed launch {@link #cancel} and {@link #quiet} let the worker wait for blocks that still run.
 */
final class PageKernel implements Kernel {
    /** What it does to each page. */
    enum Mode {
        VERIFY,
        WRITE,
        ADD
    }

    private final Region region;
    private final int first;
    private final int count;
    private final int blocks;
    private final Mode mode;
    /** Words of each page that were added to when others of it were not. */
    final int[] added;

    private final AtomicInteger stepping = new AtomicInteger();
    private volatile boolean cancelled;
    final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();

    PageKernel(Region region, int first, int count, int blocks, Mode mode) {
        this.region = region;
        this.first = first;
        this.count = count;
        this.blocks = Math.min(blocks, count);
        this.mode = mode;
        this.added = new int[count];
    }

    @Override
    public String name() {
        return "soak-pages";
    }

    @Override
    public int blocks() {
        return blocks;
    }

    @Override
    public Block block(int index) {
        return new Pace(index);
    }

    /** {@return pages that it has visited or will have when it is done} */
    int count() {
        return count;
    }

    int first() {
        return first;
    }

    void cancel() {
        cancelled = true;
    }

    boolean quiet() {
        return stepping.get() == 0;
    }

    /** One block: every so-manieth page, one a step. */
    private final class Pace implements Block {
        private final long[] words = new long[region.words()];
        private int at;

        Pace(int index) {
            at = index;
        }

        @Override
        public boolean step(DeviceAccess memory) {
            stepping.incrementAndGet();
            try {
                if (cancelled) {
                    return false;
                }
                visit(memory, first + at);
                at += blocks;
                return at < count;
            } catch (AssertionError e) {
                wrong.compareAndSet(null, e);
                return false;
            } finally {
                stepping.decrementAndGet();
            }
        }

        private void visit(DeviceAccess memory, int page) {
            int version = region.versions[page];
            if (mode == Mode.ADD && version > 0 && !region.loose[page] && !region.torn[page]) {
                add(memory, page);
                return;
            }
            memory.read(region.address(page), MemorySegment.ofArray(words));
            region.prove(page, words, "the device");
            if (mode != Mode.VERIFY) {
                Pattern.fill(words, words.length, region.key(page), version + 1);
                memory.write(region.address(page), MemorySegment.ofArray(words));
                region.wrote(page, version + 1);
            }
        }

        /** Goes on where a fault stopped it. */
        private void add(DeviceAccess memory, int page) {
            int version = region.versions[page];
            long key = region.key(page);
            for (int i = added[at]; i < words.length; i++) {
                long before = memory.getAndAddLong(region.address(page) + (long) i * Long.BYTES, Pattern.DELTA);
                added[at] = i + 1;
                if (before != Pattern.word(key, version, i)) {
                    throw new Mismatch("an atomic addition of the device found 0x" + Long.toHexString(before)
                            + " in word " + i + " of page " + page + " of region " + region.id + ", "
                            + region.type + ", should be version " + version);
                }
            }
            added[at] = 0;
            region.wrote(page, version + 1);
        }
    }
}
