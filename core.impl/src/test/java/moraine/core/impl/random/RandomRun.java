package moraine.core.impl.random;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.model.Violation;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;

/** Many actors at once, in rounds; between two rounds nobody acts, and everything is proven. */
final class RandomRun implements AutoCloseable {
    private static final int CPUS = 4;
    private static final int ACTORS = CPUS + Bench.DEVICES;
    private static final int ROUNDS = 8;
    /** What meets seldom is waited for so long. */
    private static final int MOST_ROUNDS = 4 * ROUNDS;

    private static final long RAM_BYTES = 128L << 20;
    private static final long DEVICE_BYTES = 8L << 20;
    private static final long SWAP_BYTES = 16L << 20;
    private static final long ROUND_SECONDS = 300;

    private final long operations;
    private final Bench bench;
    private final Arena arena;
    private final List<Player> players = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(ACTORS);
    private final AtomicBoolean failed = new AtomicBoolean();
    private final long[] shares = new long[ACTORS];
    private final AtomicLong done = new AtomicLong();

    RandomRun(long seed, long operations) {
        this.operations = operations;
        var random = new SplittableRandom(seed);
        bench = new Bench(
                RAM_BYTES,
                DEVICE_BYTES,
                "hidden(large=true)",
                new ThreadedEnvironment(new JvmThreads(), seed),
                SwapSpec.file(ScratchFile.path("swap"), SWAP_BYTES),
                Shuffler.NAME,
                MergeActor.NAME);
        arena = new Arena(bench.machine(), ACTORS);
        for (int actor = 0; actor < CPUS; actor++) {
            players.add(new CpuPlayer(bench, arena, actor, CPUS, ACTORS, random.split()));
        }
        for (int node = 1; node <= Bench.DEVICES; node++) {
            String device = Bench.device(node);
            players.add(new DevicePlayer(bench.machine(), arena, device, CPUS + node - 1, ACTORS, random.split()));
        }
    }

    /** Plays all rounds, and more where something has not happened yet. @return how often actors met */
    Overlaps play() throws InterruptedException {
        Overlaps overlaps = Overlaps.of(bench.machine());
        for (int round = 1;
                round <= ROUNDS || round <= MOST_ROUNDS && !overlaps.missing().isEmpty();
                round++) {
            playUntil(operations * round / ROUNDS);
            prove("after round " + round);
            overlaps = Overlaps.of(bench.machine());
        }
        return overlaps;
    }

    /** {@return operations of each player} */
    long[] shares() {
        return shares.clone();
    }

    long done() {
        return done.get();
    }

    private void playUntil(long limit) throws InterruptedException {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (Player player : players) {
            int index = tasks.size();
            tasks.add(() -> play(player, index, limit));
        }
        List<Future<Void>> ends = threads.invokeAll(tasks, ROUND_SECONDS, TimeUnit.SECONDS);
        AssertionError first = null;
        for (Future<Void> end : ends) {
            if (end.isCancelled()) {
                throw new AssertionError("an actor hangs:\n" + Stacks.all());
            }
            try {
                end.get();
            } catch (ExecutionException e) {
                first = first == null ? new AssertionError(e.getMessage(), e.getCause()) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private Void play(Player player, int index, long limit) {
        try {
            while (done.get() < limit && !failed.get()) {
                int more = player.operate();
                shares[index] += more;
                done.addAndGet(more);
            }
            return null;
        } catch (Throwable t) {
            failed.set(true);
            throw t;
        }
    }

    private void prove(String when) {
        bench.machine().policies().settle();
        List<Violation> broken = bench.machine().check();
        if (!broken.isEmpty()) {
            throw new AssertionError(when + ": " + broken);
        }
        players.forEach(Player::exact);
        broken = bench.machine().check();
        if (!broken.isEmpty()) {
            throw new AssertionError(when + ", all words read: " + broken);
        }
    }

    /** Ends the players and their spaces, and proves that nothing is left in use. */
    void end() {
        players.forEach(Player::close);
        arena.close();
        bench.tidy();
        proveEmpty();
        proveNoFiles();
    }

    private void proveEmpty() {
        List<Violation> broken = bench.machine().check();
        if (!broken.isEmpty()) {
            throw new AssertionError("after the last space was closed: " + broken);
        }
        long slots = bench.machine().counter("swap.total.pages");
        if (bench.machine().counter("swap.free.pages") != slots) {
            throw new AssertionError(bench.machine().counter("swap.free.pages") + " of " + slots
                    + " slots of swap are free after the last space was closed");
        }
        bench.machine().nodes().forEach(node -> {
            if (node.freePages() != node.pages()) {
                throw new AssertionError("node " + node.id() + " has " + node.freePages() + " of " + node.pages()
                        + " pages free after the last space was closed");
            }
        });
    }

    private void proveNoFiles() {
        for (String counter : List.of("nr_file_pages", "nr_dirty", "nr_writeback")) {
            if (bench.machine().counter(counter) != 0) {
                throw new AssertionError(counter + " is " + bench.machine().counter(counter)
                        + " after the last file was closed and the last space");
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        bench.close();
    }
}
