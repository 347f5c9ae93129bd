package moraine.itest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/** One CPU thread: does one thing after another, at random, in the shared space and in its own children. */
final class Worker implements Runnable {
    private static final int MOST_CHILDREN = 2;
    private static final int ROOT_PAGES = 700;
    private static final int CHILD_PAGES = 1200;

    private final Soak soak;
    private final int index;
    private final RandomGenerator random;
    private final BooleanSupplier over;
    private final Accesses accesses;
    private final Pinning pins;
    private final Mappings mappings;
    private final Devices devices;
    private final Moves moves;
    private final List<SoakedProcess> processes = new ArrayList<>();
    /** What it is doing, for who waits for it. */
    volatile String doing = "starting";

    /** Operations done, by which who waits for it sees that it lives. */
    private final AtomicLong beats = new AtomicLong();

    private volatile boolean ended;

    Worker(Soak soak, int index, SplittableRandom random, BooleanSupplier over) {
        this.soak = soak;
        this.index = index;
        this.random = random;
        this.over = over;
        this.accesses = new Accesses(soak, random);
        this.pins = new Pinning(soak, random, accesses);
        this.mappings = new Mappings(soak, random, accesses, pins);
        this.devices = new Devices(soak, random, accesses);
        this.moves = new Moves(soak, random, pins);
    }

    long beats() {
        return beats.get();
    }

    @Override
    public void run() {
        try {
            processes.add(new SoakedProcess(soak.space, /* root= */ true));
            while (!over.getAsBoolean() && !soak.tally.failed()) {
                operate();
                beats.incrementAndGet();
            }
            if (!soak.tally.failed()) {
                end();
            }
        } catch (Throwable t) {
            soak.tally.fail(new AssertionError(
                    "worker " + index + " while " + doing + " (operation " + beats + "): " + t.getMessage(), t));
        } finally {
            ended = true;
        }
    }

    /** {@return whether it has nothing more to do} */
    boolean ended() {
        return ended;
    }

    private void operate() {
        SoakedProcess process = processes.get(random.nextInt(3) == 0 ? random.nextInt(processes.size()) : 0);
        Action action = soak.mix.draw(random);
        Region region = random.nextInt(3) == 0 && process.root ? soak.common(index, random) : process.any(random);
        if (region == null) {
            say(Action.MMAP, process, null);
            mappings.map(process);
            return;
        }
        say(action, process, region);
        switch (action) {
            case WRITE -> accesses.write(process, region);
            case VERIFY -> accesses.verifySome(process, region);
            case KERNEL -> devices.kernel(process, region);
            case ATOMIC -> devices.atomic(process, region);
            case MOVE -> moves.any(process, region);
            case ADVISE -> moves.advise(process, region);
            case PIN -> pins.any(process, region);
            case REMAP -> mappings.change(process, region);
            case CUT -> mappings.cut(processes, region);
            default -> change(action, process);
        }
    }

    /** Does what concerns no region that there is. */
    private void change(Action action, SoakedProcess process) {
        switch (action) {
            case MMAP -> map(process, mappings::map);
            case MMAP_LARGE -> map(process, mappings::mapLarge);
            case FORK -> fork();
            case EXIT -> exit();
            case USERFAULT -> userfault(process);
            case EVICT -> devices.evict();
            case REPLACE -> {
                soak.replaceCommon(random);
                soak.tally.did(Kind.COMMON_REPLACED);
            }
            case PROVE -> {
                accesses.verifyAll(process);
                pins.verifyAll();
            }
            default -> exchange(action);
        }
    }

    /** Does what concerns the plug-ins. */
    private void exchange(Action action) {
        switch (action) {
            case EXCHANGE -> did(Kind.POLICY_EXCHANGED, soak.plugins.exchange(random));
            case WITHDRAW -> did(Kind.POLICY_WITHDRAWN, soak.plugins.withdraw());
            case TOGGLE -> {
                pins.close();
                Kind kind = soak.plugins.toggle(random);
                if (kind != null) {
                    soak.tally.did(kind);
                }
            }
            default -> throw new IllegalStateException(action + " has no place here");
        }
    }

    private void map(SoakedProcess process, Consumer<SoakedProcess> how) {
        if (roomy(process)) {
            how.accept(process);
        } else {
            mappings.unmap(process, process.regions.getFirst());
        }
    }

    private void fork() {
        if (processes.size() > MOST_CHILDREN) {
            exit();
        }
        SoakedProcess parent = processes.get(random.nextInt(processes.size()));
        processes.add(mappings.fork(parent, soak.commons(index)));
    }

    private void userfault(SoakedProcess process) {
        if (roomy(process)) {
            mappings.userfault(process);
        }
    }

    /** {@return whether a process may have more pages, so that memory suffices for all} */
    private static boolean roomy(SoakedProcess process) {
        return process.pages() < (process.root ? ROOT_PAGES : CHILD_PAGES);
    }

    private void did(Kind kind, boolean done) {
        if (done) {
            soak.tally.did(kind);
        }
    }

    private void say(Action action, SoakedProcess process, @Nullable Region region) {
        String what = action.phrase;
        doing = region == null
                ? what + " in " + process.space.name()
                : what + " in " + process.space.name() + ", region " + region.id + " " + region.type + " of "
                        + region.pages() + " pages at 0x" + Long.toHexString(region.base);
    }

    private void exit() {
        if (processes.size() < 2) {
            return;
        }
        SoakedProcess child = processes.remove(1 + random.nextInt(processes.size() - 1));
        accesses.verifyAll(child);
        child.regions.forEach(region -> pins.leave(region, 0, region.pages()));
        if (random.nextInt(3) == 0) {
            devices.exitUnderKernel(child);
            soak.tally.did(Kind.CHILD_EXIT_UNDER_KERNEL);
        } else {
            child.cpu.close();
            child.space.close();
            soak.tally.did(Kind.CHILD_EXIT);
        }
        for (Region region : child.regions) {
            if (!region.inherited && region.backing != null) {
                region.backing.close();
            }
        }
        child.regions.clear();
    }

    /** Proves everything, by the CPU and by devices, and gives everything up. */
    private void end() {
        doing = "proving everything at the end";
        SoakedProcess root = processes.getFirst();
        for (Region region : root.regions) {
            devices.verify(root, region);
            beats.incrementAndGet();
        }
        for (Region region : soak.commons(index)) {
            accesses.verify(root, region, 0, region.pages());
            beats.incrementAndGet();
        }
        accesses.verifyAll(root);
        pins.verifyAll();
        pins.close();
        while (processes.size() > 1) {
            exit();
            beats.incrementAndGet();
        }
        while (!root.regions.isEmpty()) {
            mappings.unmap(root, root.regions.getFirst());
            beats.incrementAndGet();
        }
        root.cpu.close();
    }

    static int count(RandomGenerator random, int pages, int first, int most) {
        return 1 + random.nextInt(Math.min(most, pages - first));
    }

    static long bytes(int pages) {
        return (long) pages * Pages.SIZE;
    }
}
