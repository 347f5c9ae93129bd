package moraine.itest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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
    }

    long beats() {
        return beats.get();
    }

    @Override
    public void run() {
        try {
            var root = new SoakedProcess(soak.space, /* root= */ true);
            processes.add(root);
            Accesses accesses = new Accesses(soak, random);
            Pinning pins = new Pinning(soak, random, accesses);
            Mappings mappings = new Mappings(soak, random, accesses, pins);
            Devices devices = new Devices(soak, random, accesses);
            Moves moves = new Moves(soak, random, pins);
            while (!over.getAsBoolean() && !soak.tally.failed()) {
                operate(accesses, pins, mappings, devices, moves);
                beats.incrementAndGet();
            }
            if (!soak.tally.failed()) {
                end(accesses, pins, mappings, devices);
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

    private void operate(Accesses accesses, Pinning pins, Mappings mappings, Devices devices, Moves moves) {
        SoakedProcess process = processes.get(random.nextInt(3) == 0 ? random.nextInt(processes.size()) : 0);
        int dice = random.nextInt(2000);
        Region region = random.nextInt(3) == 0 && process.root ? soak.common(index, random) : process.any(random);
        if (dice < 60 || region == null) {
            say("mmap", process, region);
            if (roomy(process)) {
                mappings.map(process);
            } else if (!process.regions.isEmpty()) {
                mappings.unmap(process, process.regions.getFirst());
            }
        } else if (dice < 700) {
            say("write", process, region);
            accesses.write(process, region);
        } else if (dice < 1300) {
            say("verify", process, region);
            accesses.verifySome(process, region);
        } else if (dice < 1480) {
            say("kernel", process, region);
            devices.kernel(process, region);
        } else if (dice < 1510) {
            say("atomic kernel", process, region);
            devices.atomic(process, region);
        } else if (dice < 1640) {
            say("move", process, region);
            moves.any(process, region);
        } else if (dice < 1700) {
            say("advice", process, region);
            moves.advise(process, region);
        } else if (dice < 1760) {
            say("pin", process, region);
            pins.any(process, region);
        } else if (dice < 1900) {
            say("mapping", process, region);
            mappings.change(process, region);
        } else {
            rarely(dice - 1900, process, accesses, pins, mappings, devices);
        }
    }

    private void rarely(
            int dice, SoakedProcess process, Accesses accesses, Pinning pins, Mappings mappings, Devices devices) {
        if (dice < 30) {
            say("fork", process, null);
            if (processes.size() > MOST_CHILDREN) {
                exit(accesses, pins, devices);
            }
            SoakedProcess parent = processes.get(random.nextInt(processes.size()));
            processes.add(mappings.fork(parent, soak.commons(index)));
        } else if (dice < 50) {
            say("exit", process, null);
            exit(accesses, pins, devices);
        } else if (dice < 65) {
            say("userfault", process, null);
            if (roomy(process)) {
                mappings.userfault(process);
            }
        } else if (dice < 80) {
            say("evict", process, null);
            devices.evict();
        } else if (dice < 88) {
            say("replacing a common region", process, null);
            soak.replaceCommon(random);
            soak.tally.did(Kind.COMMON_REPLACED);
        } else if (dice < 93) {
            say("exchange of policy", process, null);
            did(Kind.POLICY_EXCHANGED, soak.plugins.exchange(random));
        } else if (dice < 95) {
            say("withdrawal of a policy", process, null);
            did(Kind.POLICY_WITHDRAWN, soak.plugins.withdraw());
        } else if (dice < 97) {
            say("removal or return of a device", process, null);
            pins.close();
            Kind kind = soak.plugins.toggle(random);
            if (kind != null) {
                soak.tally.did(kind);
            }
        } else {
            say("verifying all", process, null);
            accesses.verifyAll(process);
            pins.verifyAll();
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

    private void say(String what, SoakedProcess process, @Nullable Region region) {
        doing = region == null
                ? what + " in " + process.space.name()
                : what + " in " + process.space.name() + ", region " + region.id + " " + region.type + " of "
                        + region.pages() + " pages at 0x" + Long.toHexString(region.base);
    }

    private void exit(Accesses accesses, Pinning pins, Devices devices) {
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
    private void end(Accesses accesses, Pinning pins, Mappings mappings, Devices devices) {
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
            exit(accesses, pins, devices);
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
