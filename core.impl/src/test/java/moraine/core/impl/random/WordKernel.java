package moraine.core.impl.random;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that reads and writes words of a region. Each of its blocks has pages of its own. After a failed launch some
 * blocks may still run; {@link #cancel} and {@link #quiet} let the next one wait for them.
 */
final class WordKernel implements Kernel {
    private static final int PAGES_A_STEP = 3;

    private final Region region;
    private final int actor;
    private final int actors;
    private final int blocks;
    private final long seed;
    private final AtomicInteger stepping = new AtomicInteger();
    private volatile boolean cancelled;
    final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();

    WordKernel(Region region, int actor, int actors, int blocks, long seed) {
        this.region = region;
        this.actor = actor;
        this.actors = actors;
        this.blocks = blocks;
        this.seed = seed;
    }

    @Override
    public String name() {
        return "words";
    }

    @Override
    public int blocks() {
        return blocks;
    }

    /** {@return how many pages it visits; a visit reads a word and writes one} */
    int operations() {
        return region.pages;
    }

    void cancel() {
        cancelled = true;
    }

    boolean quiet() {
        return stepping.get() == 0;
    }

    @Override
    public Block block(int index) {
        return new Pace(index);
    }

    /** One block: goes over its pages once. */
    private final class Pace implements Block {
        private final SplittableRandom random;
        private int page;
        private int slot;
        private int other;
        private boolean chosen;
        private boolean atomically;
        private boolean looked;

        Pace(int first) {
            page = first;
            random = new SplittableRandom(seed + first);
        }

        @Override
        public boolean step(DeviceAccess memory) {
            stepping.incrementAndGet();
            try {
                for (int done = 0; done < PAGES_A_STEP && page < region.pages && !cancelled; done++) {
                    visit(memory);
                }
                return page < region.pages && !cancelled;
            } catch (AssertionError e) {
                wrong.compareAndSet(null, e);
                return false;
            } finally {
                stepping.decrementAndGet();
            }
        }

        /** One page, with progress kept before each access that may fault. */
        private void visit(DeviceAccess memory) {
            if (!chosen) {
                slot = Region.firstSlot(page) + random.nextInt(2);
                other = random.nextInt(actors);
                atomically = !region.shared && random.nextInt(3) == 0;
                chosen = true;
            }
            if (!looked) {
                region.observe(actor, other, slot, memory.getLong(region.address(other, slot)));
                looked = true;
            }
            long sequence = region.last[actor][slot];
            long address = region.address(actor, slot);
            region.exact(actor, slot, memory.getLong(address));
            if (atomically && sequence > 0) {
                region.exact(actor, slot, memory.getAndAddLong(address, 1));
            } else {
                memory.putLong(address, Word.of(actor, sequence + 1));
            }
            region.last[actor][slot] = sequence + 1;
            page += blocks;
            chosen = false;
            looked = false;
        }
    }
}
