package moraine.itest.soak;

import java.util.random.RandomGenerator;
import moraine.core.api.host.Device;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.itest.soak.PageKernel.Mode;

/** Kernels of one worker on the devices, and what becomes of the pages when a device goes under one. */
final class Devices {
    private static final long TIMEOUT_NS = 120_000_000_000L;
    private static final int MOST_BLOCKS = 24;
    private static final int MOST_EXCLUSIVE = 8;

    private final Soak soak;
    private final RandomGenerator random;
    private final Accesses accesses;

    Devices(Soak soak, RandomGenerator random, Accesses accesses) {
        this.soak = soak;
        this.random = random;
        this.accesses = accesses;
    }

    /** Proves or writes some pages by a device. */
    void kernel(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, 256);
        boolean write = region.writable() && random.nextInt(3) > 0;
        run(process, region, new PageKernel(region, first, count, blocks(), write ? Mode.WRITE : Mode.VERIFY));
    }

    /** Proves all of a region by a device. */
    void verify(SoakedProcess process, Region region) {
        run(process, region, new PageKernel(region, 0, region.pages(), blocks(), Mode.VERIFY));
    }

    private int blocks() {
        return 1 + random.nextInt(MOST_BLOCKS);
    }

    private boolean run(SoakedProcess process, Region region, PageKernel kernel) {
        int index = random.nextInt(Plugins.DEVICES);
        boolean done =
                soak.plugins.use(index, device -> await(device.launch(process.space, kernel), process, region, kernel));
        if (done) {
            soak.tally.did(Kind.DEVICE_KERNEL);
            soak.tally.proved(kernel.count());
        }
        return done;
    }

    private void await(Launch launch, SoakedProcess process, Region region, PageKernel kernel) {
        try {
            launch.await(TIMEOUT_NS);
        } catch (MoraineException e) {
            settle(kernel);
            heal(process, region, kernel);
            if (e.errno() != Errno.EFAULT || !region.gone()) {
                throw e;
            }
        }
        proveRight(kernel);
    }

    private static void proveRight(PageKernel kernel) {
        Throwable wrong = kernel.wrong.get();
        if (wrong != null) {
            throw new AssertionError(wrong.getMessage(), wrong);
        }
    }

    /** Waits for blocks that still run after their launch has failed. */
    private static void settle(PageKernel kernel) {
        kernel.cancel();
        while (!kernel.quiet()) {
            Thread.yield();
        }
        proveRight(kernel);
    }

    /**
     * Proves pages of which a device had added to some words when it went, and adds to the others; those that somebody
     * unmapped meanwhile stay as they are, for children that share them.
     */
    private void heal(SoakedProcess process, Region region, PageKernel kernel) {
        long[] words = accesses.words();
        for (int at = 0; at < kernel.count(); at++) {
            if (kernel.added[at] == 0) {
                continue;
            }
            int page = kernel.first() + at;
            long key = region.key(page);
            region.torn[page] = true; // until it is written whole
            try {
                for (int i = 0; i < region.words(); i++) {
                    words[i] = process.cpu.getLong(region.address(page) + (long) i * Long.BYTES);
                    int version = region.versions[page] + (i < kernel.added[at] ? 1 : 0);
                    if (words[i] != Pattern.word(key, version, i)) {
                        throw new Mismatch("word " + i + " of page " + page + " of region " + region.id
                                + " holds 0x" + Long.toHexString(words[i]) + ", should be version " + version
                                + " after a device went that had added to " + kernel.added[at] + " words");
                    }
                }
                accesses.write(process, region, page);
            } catch (MoraineException e) {
                Accesses.unlessGone(region, e);
            }
        }
    }

    /** Takes pages for a device alone and adds to their words. */
    void atomic(SoakedProcess process, Region region) {
        int first = random.nextInt(region.pages());
        int count = Worker.count(random, region.pages(), first, MOST_EXCLUSIVE);
        int index = random.nextInt(Plugins.DEVICES);
        if (!region.writable()) {
            return;
        }
        boolean[] taken = {false};
        boolean there = soak.plugins.use(index, device -> taken[0] = take(device, process, region, first, count));
        if (there && taken[0]) {
            soak.tally.did(Kind.EXCLUSIVE);
        }
        if (run(process, region, new PageKernel(region, first, count, 2, Mode.ADD))) {
            soak.tally.did(Kind.DEVICE_ATOMIC);
        }
    }

    private static boolean take(Device device, SoakedProcess process, Region region, int first, int count) {
        try {
            device.exclusive(process.space, region.page(first), Worker.bytes(count));
            return true;
        } catch (MoraineException e) {
            boolean refused = e.errno() == Errno.EOPNOTSUPP && region.type != Region.Type.PRIVATE;
            if (!refused && e.errno() != Errno.EBUSY) {
                if (e.errno() == Errno.ENODEV || e.errno() == Errno.ENOENT) {
                    throw e;
                }
                Accesses.unlessGone(region, e);
            }
            return false;
        }
    }

    /** Sends everything off a device. */
    void evict() {
        long[] left = {0};
        soak.plugins.use(random.nextInt(Plugins.DEVICES), device -> left[0] = device.evict());
        if (left[0] > 0) {
            soak.tally.did(Kind.EVICT);
        }
    }

    /** Ends a child while a device works in it. */
    void exitUnderKernel(SoakedProcess child) {
        Region region = child.any(random);
        if (region == null) {
            child.cpu.close();
            child.space.close();
            return;
        }
        var kernel = new PageKernel(region, 0, region.pages(), blocks(), Mode.VERIFY);
        soak.plugins.use(random.nextInt(Plugins.DEVICES), device -> {
            Launch launch = device.launch(child.space, kernel);
            child.cpu.close();
            child.space.close();
            try {
                launch.await(TIMEOUT_NS);
            } catch (MoraineException e) {
                settle(kernel);
                if (e.errno() != Errno.EBADF) {
                    throw e;
                }
            }
            proveRight(kernel);
        });
        child.cpu.close();
        child.space.close();
    }
}
