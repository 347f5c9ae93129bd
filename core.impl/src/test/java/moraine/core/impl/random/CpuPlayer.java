package moraine.core.impl.random;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Device;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.impl.machine.Pair;

/** A CPU thread that accesses, moves, protects, pins, replaces, forks, evicts and exchanges the policy. */
final class CpuPlayer implements Player {
    private static final int MOST_CHILDREN = 2;
    /** How often a collapse is tried again while others hold pages of the region. */
    private static final int TRIES = 8;

    private static final int LOOKS = 60;
    private static final Set<Errno> COLLAPSE_ENDS = EnumSet.of(Errno.EINVAL, Errno.EAGAIN, Errno.EBUSY, Errno.ENOMEM);

    private final Bench bench;
    private final Arena arena;
    private final int actor;
    private final int actors;
    private final int owners;
    private final RandomGenerator random;
    private final CpuContext cpu;
    private final SharedWords words;
    private final Nursery nursery;
    private final PinnedWords pins;
    private final Twins twins;
    private final Squeezed squeezed;
    private final ArrayDeque<Child> children = new ArrayDeque<>();

    CpuPlayer(Bench bench, Arena arena, int actor, int owners, int actors, RandomGenerator random) {
        this.bench = bench;
        this.arena = arena;
        this.actor = actor;
        this.owners = owners;
        this.actors = actors;
        this.random = random;
        this.cpu = arena.space.attach(0);
        this.words = new SharedWords(actor, actors, random);
        this.nursery = new Nursery(arena.space, cpu, random);
        this.pins = new PinnedWords(arena, cpu, actor, random);
        this.twins = new Twins(bench, arena.space, cpu, random);
        this.squeezed = new Squeezed(bench.machine(), actor, random);
    }

    @Override
    public int operate() {
        int dice = random.nextInt(4000);
        if (dice < 2900) {
            words.access(cpu, arena.any(random));
        } else if (dice < 3000) {
            squeezed.operate();
        } else if (dice < 3300) {
            twins.operate();
        } else if (dice < 3500) {
            nursery.operate();
        } else if (dice < 3700) {
            children.stream().findAny().ifPresent(child -> child.access(arena));
        } else if (dice < 3720) {
            wild();
        } else if (dice < 3800) {
            move();
        } else {
            rarely(dice - 3800);
        }
        return 1;
    }

    private void rarely(int dice) {
        if (dice < 40) {
            protect();
        } else if (dice < 60) {
            arena.replace(arena.owned(actor, owners, random), random);
        } else if (dice < 90) {
            fork();
        } else if (dice < 120) {
            closeChild();
        } else if (dice < 135) {
            children.stream().findAny().ifPresent(child -> child.launch(anyDevice()));
        } else if (dice < 150) {
            bench.evict(1 + random.nextInt(Bench.DEVICES), 1 + random.nextInt(64));
        } else if (dice < 153) {
            bench.machine().policies().use(Bench.anyPolicy(random), false);
        } else if (dice < 163) {
            exclusive();
        } else if (dice < 175) {
            pins.operate();
        } else if (dice < 180) {
            arena.sync(random);
            arena.disturb(random);
        } else if (dice < 187) {
            moveWhole();
        } else if (dice < 193) {
            bench.dropFreed();
        } else if (dice < 197) {
            readMostly();
        } else {
            collapse();
        }
    }

    /** Gives pages to a device alone. */
    private void exclusive() {
        Region region = arena.any(random);
        int first = random.nextInt(region.pages);
        long bytes = (1L + random.nextInt(Math.min(8, region.pages - first))) * Pages.SIZE;
        int before = region.restrictions.get();
        try {
            anyDevice().exclusive(arena.space, region.base + (long) first * Pages.SIZE, bytes);
        } catch (MoraineException e) {
            boolean shared = e.errno() == Errno.EOPNOTSUPP && region.shared;
            boolean restricted = (e.errno() == Errno.EFAULT || e.errno() == Errno.EPERM) && region.mayRefuse(before);
            if (!shared && !restricted && e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }

    private void move() {
        Region region = arena.any(random);
        boolean own = random.nextInt(3) == 0 && nursery.base() != 0;
        long base = own ? nursery.base() : region.base;
        int pages = own ? nursery.pages() : region.pages;
        int first = random.nextInt(pages);
        long bytes = (1L + random.nextInt(Math.min(64, pages - first))) * Pages.SIZE;
        int node = random.nextInt(1 + Bench.DEVICES);
        long start = base + (long) first * Pages.SIZE;
        if (random.nextBoolean()) {
            bench.request(arena.space, start, bytes, node);
            return;
        }
        try {
            arena.space.migrate(start, bytes, node, Cause.USER);
        } catch (MoraineException e) {
            boolean unmapped = e.errno() == Errno.ENOMEM && region.gone && !own;
            if (e.errno() != Errno.EACCES && !unmapped) {
                throw e;
            }
        }
    }

    /** Makes one page of a region again, which forks, moves and protections split, and moves it. */
    private void collapse() {
        Region region = arena.anyLarge(random);
        long bytes = (long) region.pages * Pages.SIZE;
        while (!children.isEmpty()) {
            closeChild();
        }
        try {
            collapse(region, bytes);
            readWhole(region);
            bench.request(arena.space, region.base, bytes, 1 + random.nextInt(Bench.DEVICES));
        } catch (MoraineException e) {
            if (!COLLAPSE_ENDS.contains(e.errno())) {
                throw e;
            }
        }
    }

    private void collapse(Region region, long bytes) {
        for (int left = TRIES; ; left--) {
            try {
                arena.space.advise(region.base, bytes, Advice.COLLAPSE);
                return;
            } catch (MoraineException e) {
                if (e.errno() != Errno.EAGAIN || left == 0) {
                    throw e;
                }
            }
        }
    }

    /** Has a device read a word of what may be one page now, before others split it. */
    private void readWhole(Region region) {
        int before = region.restrictions.get();
        long address = region.base + (long) random.nextInt(region.pages) * Pages.SIZE;
        try {
            anyDevice()
                    .launch(arena.space, Pair.kernel(memory -> memory.getLong(address)))
                    .await(Pair.TIMEOUT_NS);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT && e.errno() != Errno.EPERM || !region.mayRefuse(before)) {
                throw e;
            }
        }
    }

    /** Lets devices that read have copies of pages, or takes that back. */
    private void readMostly() {
        Region region = arena.any(random);
        int first = random.nextInt(region.pages);
        long bytes = (1L + random.nextInt(region.pages - first)) * Pages.SIZE;
        Advice advice = random.nextInt(3) > 0 ? Advice.READ_MOSTLY : Advice.NOT_READ_MOSTLY;
        try {
            arena.space.advise(region.base + (long) first * Pages.SIZE, bytes, advice);
        } catch (MoraineException e) {
            if (e.errno() != Errno.ENOMEM || !region.gone) {
                throw e;
            }
        }
    }

    /** Moves 2 MiB at once, sometimes where no page so large is to be had. */
    private void moveWhole() {
        Region region = arena.anyLarge(random);
        int node = random.nextInt(1 + Bench.DEVICES);
        if (node > 0 && random.nextInt(4) == 0) {
            bench.shatter(node);
        }
        readWhole(region);
        bench.request(arena.space, region.base, (long) region.pages * Pages.SIZE, node);
        readWhole(region);
    }

    /** Forbids accesses to part of a region for a while; nobody's words there change meanwhile. */
    private void protect() {
        Region region = arena.region(arena.owned(actor, owners, random));
        int first = random.nextInt(region.pages);
        int count = 1 + random.nextInt(Math.min(32, region.pages - first));
        long start = region.base + (long) first * Pages.SIZE;
        long bytes = (long) count * Pages.SIZE;
        Protection protection = random.nextInt(3) == 0 ? Protection.NONE : Protection.READ;
        region.restrictions.incrementAndGet();
        arena.space.mprotect(start, bytes, protection);
        if (protection == Protection.READ && !region.shared) {
            still(region, first, count);
        } else if (protection == Protection.NONE) {
            hidden(region, first);
        }
        arena.space.mprotect(start, bytes, Protection.READ_WRITE);
        region.restrictions.incrementAndGet();
    }

    private void still(Region region, int firstPage, int count) {
        for (int i = 0; i < LOOKS; i++) {
            int slot = Region.firstSlot(firstPage + random.nextInt(count));
            int writer = random.nextInt(actors);
            long address = region.address(writer, slot);
            long word = cpu.getLong(address);
            region.observe(actor, writer, slot, word);
            Thread.onSpinWait();
            long again = cpu.getLong(address);
            if (word != again) {
                throw new AssertionError(region.where(writer, slot) + " changed from " + Word.text(word) + " to "
                        + Word.text(again) + " while it was read-only");
            }
        }
    }

    private void hidden(Region region, int page) {
        try {
            long word = cpu.getLong(region.address(actor, Region.firstSlot(page)));
            throw new AssertionError("page " + page + " of " + region.pages + " was read, " + Word.text(word)
                    + ", in a mapping that allows nothing");
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
        }
    }

    private void fork() {
        if (children.size() >= MOST_CHILDREN) {
            closeChild();
        }
        Child eldest = children.peekFirst();
        children.addLast(
                eldest != null && random.nextInt(4) == 0 ? eldest.fork() : Child.of(arena, cpu, actor, actors, random));
    }

    private void closeChild() {
        Child child = children.pollFirst();
        if (child != null) {
            child.exact();
            if (random.nextInt(3) == 0) {
                child.closeUnder(anyDevice());
            } else {
                child.close();
            }
        }
    }

    private Device anyDevice() {
        return bench.machine().device(Bench.device(1 + random.nextInt(Bench.DEVICES)));
    }

    /** Touches, without changing anything, where mappings of all actors come and go; and asks about it. */
    private void wild() {
        long page = arena.anyLow(random);
        try {
            cpu.touch(page, Pages.SIZE, random.nextBoolean() ? Intent.READ : Intent.WRITE);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT) {
                throw e;
            }
        }
        arena.space.why(page);
    }

    @Override
    public void exact() {
        arena.exact(cpu);
        nursery.exact();
        twins.exact();
        squeezed.exact();
        children.forEach(Child::exact);
    }

    @Override
    public void close() {
        pins.close();
        nursery.close();
        twins.close();
        squeezed.close();
        while (!children.isEmpty()) {
            closeChild();
        }
        cpu.close();
    }
}
