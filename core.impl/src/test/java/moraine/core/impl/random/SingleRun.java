package moraine.core.impl.random;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import moraine.core.api.daemon.MergeRules;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.Violation;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.plugins.VirtualEnvironment;

/** One actor in virtual time: every step's result is compared with the plain model, and the same seed does the same. */
final class SingleRun implements AutoCloseable {
    private static final long RAM_BYTES = 64L << 20;
    private static final long DEVICE_BYTES = 4L << 20;
    private static final int MOST_SPACES = 4;

    private final RandomGenerator random;
    private final Bench bench;
    private final List<Side> sides = new ArrayList<>();
    private final StringBuilder log = new StringBuilder();
    private final SingleMappings mappings;
    private final SingleAccesses accesses;
    private final SinglePins pins;
    private final Merger merger;
    private int forks;

    SingleRun(long seed) {
        random = new SplittableRandom(seed);
        bench = new Bench(RAM_BYTES, DEVICE_BYTES, Bench.anyPolicy(random), new VirtualEnvironment(), SwapSpec.NONE);
        merger = bench.merger();
        mappings = new SingleMappings(bench.machine(), random);
        accesses = new SingleAccesses(bench.machine(), random);
        pins = new SinglePins(random);
        add(bench.machine().openSpace("s0"), new PlainSpace());
    }

    private void add(AddressSpace space, PlainSpace model) {
        sides.add(new Side(space, space.attach(0), model, log));
    }

    /** {@return everything that was done and seen, for comparing two runs} */
    String log() {
        return log.toString();
    }

    void play(int steps) {
        for (int step = 1; step <= steps; step++) {
            try {
                operate(sides.get(random.nextInt(sides.size())));
                if (step % 64 == 0) {
                    compare();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("at step " + step + ": " + e.getMessage() + "\n" + tail(), e);
            }
        }
        compare();
    }

    private String tail() {
        return log.substring(Math.max(0, log.length() - 2000));
    }

    private void operate(Side side) {
        switch (random.nextInt(51)) {
            case 0, 1 -> mappings.map(side);
            case 2 -> mappings.unmap(side);
            case 3, 4 -> mappings.protect(side);
            case 5, 6 -> mappings.remap(side);
            case 7 -> fork(side);
            case 8 -> close(side);
            case 9, 10 -> migrate(side);
            case 11 -> request(side);
            case 12 -> evict();
            case 13 -> exchange();
            case 14, 15, 16, 17 -> accesses.launch(side);
            case 18, 19 -> accesses.touch(side);
            case 40, 41 -> accesses.exclusive(side, mappings.length());
            case 42, 43 -> pins.pin(side, mappings.length());
            case 45, 46 -> readMostly(side);
            case 47, 48 -> merge();
            case 49 -> alike(side);
            case 50 -> mergeable(side);
            case 44 -> pins.dead(side, mappings.length());
            case 20, 21, 22, 23, 24, 25, 26, 27 -> accesses.read(side);
            default -> accesses.write(side);
        }
    }

    private void fork(Side side) {
        if (sides.size() < MOST_SPACES) {
            String name = side.space().name() + "." + ++forks;
            side.note("fork", 0, sides.size());
            add(side.space().fork(name), side.model().fork());
        }
    }

    private void close(Side side) {
        if (sides.size() > 1 && random.nextBoolean()) {
            side.note("close", 0, 0);
            side.cpu().close();
            side.space().close();
            sides.remove(side);
        }
    }

    private void migrate(Side side) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = side.model().run(at, mappings.length());
        int node = random.nextInt(1 + Bench.DEVICES);
        boolean done = Agreement.does(
                Errno.EACCES, () -> side.space().migrate(at, (long) count * Pages.SIZE, node, Cause.USER));
        side.note("migrate to " + node + " " + done, at, count);
    }

    private void request(Side side) {
        long at = side.model().anyPage(random);
        if (at != 0) {
            int node = random.nextInt(1 + Bench.DEVICES);
            side.note("request to " + node, at, Pages.PER_LARGE);
            if (node > 0 && random.nextInt(3) == 0) {
                bench.shatter(node);
            }
            bench.request(side.space(), at & -Pages.LARGE_SIZE, 2 * Pages.LARGE_SIZE, node);
        }
    }

    private void readMostly(Side side) {
        long at = side.model().anyPage(random);
        if (at != 0) {
            int count = side.model().run(at, mappings.length());
            boolean given = random.nextInt(3) > 0;
            side.space().advise(at, (long) count * Pages.SIZE, given ? Advice.READ_MOSTLY : Advice.NOT_READ_MOSTLY);
            side.note("read mostly " + given, at, count);
        }
    }

    /** Makes some pages of a side, and maybe of others, alike but for what was written to them before. */
    private void alike(Side side) {
        long at = side.model().anyPage(random);
        int count = at == 0 ? 0 : side.model().run(at, 8);
        for (int i = 0; i < count; i++) {
            long page = at + (long) i * Pages.SIZE;
            if (side.model().protection(page) == Protection.READ_WRITE) {
                side.cpu().putLong(page, 1);
                side.model().word(page, 1);
            }
        }
        side.note("alike", at, count);
    }

    private void mergeable(Side side) {
        long at = side.model().anyPage(random);
        if (at != 0) {
            int count = side.model().run(at, mappings.length());
            Advice advice = random.nextInt(4) > 0 ? Advice.MERGEABLE : Advice.UNMERGEABLE;
            boolean done =
                    Agreement.does(Errno.EOPNOTSUPP, () -> side.space().advise(at, (long) count * Pages.SIZE, advice));
            side.note(advice.kind() + " " + done, at, count);
        }
    }

    private void merge() {
        var rules =
                new MergeRules(random.nextBoolean(), random.nextBoolean(), random.nextBoolean(), 2 + random.nextInt(4));
        int freed = merger.by(rules).settle();
        log.append("merged ").append(freed).append('\n');
    }

    private void evict() {
        int node = 1 + random.nextInt(Bench.DEVICES);
        int left = bench.evict(node, 1 + random.nextInt(200));
        log.append("evict ").append(node).append(' ').append(left).append('\n');
    }

    private void exchange() {
        if (random.nextInt(3) == 0) {
            String policy = Bench.anyPolicy(random);
            log.append("use ").append(policy).append('\n');
            bench.machine().policies().use(policy, false);
            if (random.nextBoolean()) {
                log.append(bench.machine().policies().settle()).append('\n');
            }
        }
    }

    /** Compares one word of every page, and checks the machine. */
    private void compare() {
        List<Violation> broken = bench.machine().check();
        if (!broken.isEmpty()) {
            throw new AssertionError(broken.toString());
        }
        for (Side side : sides) {
            for (long page : side.model().addresses()) {
                long at = page + 8L * random.nextInt(512);
                if (side.model().protection(at) != Protection.NONE) {
                    Agreement.same(side.cpu().getLong(at), side.model().word(at), at);
                }
            }
        }
    }

    /** Ends all spaces and proves that nothing is left in use. */
    void end() {
        for (Side side : sides) {
            side.cpu().close();
            side.space().close();
        }
        sides.clear();
        bench.tidy();
        compare();
        bench.machine().nodes().forEach(node -> Agreement.same(node.freePages(), node.pages(), node.id()));
    }

    @Override
    public void close() {
        merger.close();
        bench.close();
    }
}
