package moraine.bench;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Backing;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;

/**
 * Loads of words through the software TLB against loads from where the bytes are. Meanwhile another thread unmaps pages
 * of the same space, one for every {@value #LOADS_AN_UNMAP} loads, which is some hundreds a second: each voids all
 * translations. It goes by loads, not by time, so that a reader that gets little of its processor does not meet more.
 */
final class TranslationDuel implements Duel {
    private static final int LOADS = 1 << 16;
    private static final int TIMES = 16;
    private static final int LOADS_AN_UNMAP = TIMES * LOADS;
    /** Fewer than the TLB has slots. */
    private static final int PAGES = 900;

    private final Rig rig = Rig.of(Backing.BYTES, 1 << 14, 1024);
    private final SpaceImpl space = rig.openSpace("translated");
    private final CpuContext context = space.attach(Rig.CPU);
    private final Pattern pattern;
    private final long[] addresses;
    private final MemorySegment hosts;
    private final long firstHost;
    private final Thread unmapper = new Thread(this::unmap, "unmapper");
    private final AtomicLong unmaps = new AtomicLong();
    private volatile boolean closing;
    private long sum;

    /** In which order words are loaded. */
    enum Pattern {
        RANDOM,
        SEQUENTIAL,
        /** At random, and each word says where the next one is, so that no load can begin before the last has ended. */
        CHAIN
    }

    TranslationDuel(Pattern pattern) {
        this.pattern = pattern;
        long start = space.mmap(MapRequest.anonymous((long) PAGES << Pages.SHIFT));
        for (int page = 0; page < PAGES; page++) {
            context.putLong(start + ((long) page << Pages.SHIFT), page);
        }
        addresses = pattern == Pattern.SEQUENTIAL ? consecutive(start, LOADS, 8) : shuffled(start);
        long[] at = hosts(addresses);
        hosts = Twin.words(at);
        for (int i = 0; pattern == Pattern.CHAIN && i < LOADS; i++) {
            context.putLong(addresses[i], addresses[(i + 1) % LOADS]);
            context.putLong(addresses[i] + 8, at[(i + 1) % LOADS]);
        }
        firstHost = at[0];
        unmapper.setDaemon(true);
        unmapper.start();
    }

    /** {@return places all over the pages, each with room for two words} */
    private static long[] shuffled(long start) {
        long[] places = consecutive(start, PAGES * Pages.SIZE / 16, 16);
        Ranges.shuffle(places);
        return Arrays.copyOf(places, LOADS);
    }

    private static long[] consecutive(long start, int count, int stride) {
        return LongStream.range(0, count).map(i -> start + i * stride).toArray();
    }

    private long[] hosts(long[] from) {
        Rooms rooms = rig.rooms();
        long[] to = new long[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i] = rooms.frames.address(Pte.pfn(space.table().get(from[i]))) + (from[i] & Pages.OFFSET_MASK);
        }
        return to;
    }

    private void unmap() {
        try (CpuContext other = space.attach(Rig.CPU)) {
            while (!closing) {
                long page = space.mmap(MapRequest.anonymous(Pages.SIZE));
                other.putLong(page, page);
                space.munmap(page, Pages.SIZE);
                unmaps.incrementAndGet();
                LockSupport.park();
            }
        }
    }

    @Override
    public long operations() {
        return LOADS_AN_UNMAP;
    }

    @Override
    public Side moraine() {
        return () -> {
            long total = 0;
            for (int time = 0; time < TIMES; time++) {
                total += pattern == Pattern.CHAIN ? follow(context, addresses[0]) : load(context, addresses);
            }
            LockSupport.unpark(unmapper);
            sum = total;
        };
    }

    private static long load(CpuContext context, long[] addresses) {
        long total = 0;
        for (long address : addresses) {
            total += context.getLong(address);
        }
        return total;
    }

    private static long follow(CpuContext context, long first) {
        long at = first;
        for (int i = 0; i < LOADS; i++) {
            at = context.getLong(at);
        }
        return at;
    }

    @Override
    public Side reference() {
        return () -> {
            for (int time = 0; time < TIMES; time++) {
                if (pattern == Pattern.CHAIN) {
                    Twin.follow(firstHost, LOADS);
                } else {
                    Twin.load(hosts, LOADS);
                }
            }
        };
    }

    /** {@return what was loaded last, so that no compiler leaves the loads out} */
    long sum() {
        return sum;
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(unmapper);
        try {
            unmapper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (unmaps.get() < 2) {
            throw new IllegalStateException("the unmapper did not run, so this measured something else");
        }
        context.close();
        space.close();
        rig.close();
    }
}
