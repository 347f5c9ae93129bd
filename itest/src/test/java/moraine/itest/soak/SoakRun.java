package moraine.itest.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Parameters;
import moraine.core.api.model.SwapSpec;
import moraine.testkit.HandBuilt;
import moraine.testkit.JvmThreads;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * The soak, in a bundle: two devices, four CPU threads, all that the machine offers at random.
 *
 * <p>Takes {@code seed}, {@code seconds} and {@code operations}, whichever limit comes first, and {@code report}, the
 * seconds between two lines of progress, and {@code more}, the text of a {@link Mix}. Answers a number for each
 * {@link Kind} by its label, {@code failure} (empty when there was none), {@code mismatches}, {@code leaks},
 * {@code operations}, {@code pages proven} and {@code pages moved}.
 */
public final class SoakRun implements BiFunction<BundleContext, Map<String, String>, Map<String, String>> {
    private static final int WORKERS = 4;
    private static final String TENANT = "soak";
    private static final long RAM_BYTES = 192L << 20;
    private static final long DEVICE_BYTES = 8L << 20;
    private static final long SWAP_BYTES = 64L << 20;
    private static final List<String> DAEMONS = List.of(
            SoakDaemon.NAME,
            "balance(periodMaxUs=1000000,periodMinUs=1000)",
            "merge(periodUs=1000,useZeroPages=true)",
            "reclaim",
            "arbiter");
    /** Counters that say that a daemon worked, by how a run's answer calls them. */
    private static final Map<String, String> DAEMON_WORK = Map.of(
            "pages swapped out", "pswpout",
            "pages swapped in", "pswpin",
            "pages merged", "ksm.freed.pages",
            "hints planted", "numa_pte_updates",
            "hints met", "numa_hint_faults");

    private static final long TICK_MS = 200;

    private final Tally tally = new Tally();

    @Override
    public Map<String, String> apply(BundleContext context, Map<String, String> order) {
        long seed = number(order, "seed");
        Plugins plugins = new Plugins(context);
        Path folder = folder();
        Machine machine = machine(context, seed, folder);
        plugins.of(machine);
        String leaks = "";
        try {
            leaks = play(machine, plugins, new Files(machine, folder), order);
        } catch (RuntimeException | Error e) {
            tally.fail(e);
        }
        Map<String, String> answer = answer(machine, leaks);
        if (!tally.failed()) {
            machine.close();
            plugins.close();
        }
        return answer;
    }

    private static long number(Map<String, String> order, String name) {
        return Long.parseLong(text(order, name));
    }

    private static String text(Map<String, String> order, String name) {
        return Objects.requireNonNull(order.get(name), name);
    }

    private static Path folder() {
        try {
            return java.nio.file.Files.createTempDirectory("moraine-soak");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a temporary folder", e);
        }
    }

    private static Machine machine(BundleContext context, long seed, Path folder) {
        ServiceReference<MachineFactory> reference =
                Objects.requireNonNull(context.getServiceReference(MachineFactory.class), "no MachineFactory");
        MachineFactory factory = context.getService(reference);
        Parameters coherent = Parameters.NONE.with("coherent", "true").with("size", "" + DEVICE_BYTES);
        MachineSpec spec = MachineSpec.of(HandBuilt.withBusDevice().profile(), "hmm")
                .withDevices(List.of(
                        new DeviceSpec("gpu0", Plugins.FIRST_DRIVER, 1, coherent),
                        new DeviceSpec("gpu1", Plugins.SECOND_DRIVER, 2, coherent)))
                .withCapacities(Map.of(0, RAM_BYTES, 1, DEVICE_BYTES, 2, DEVICE_BYTES))
                .withSwap(SwapSpec.file(folder.resolve("swap"), SWAP_BYTES))
                .withDaemons(DAEMONS);
        Machine machine = factory.create(spec, factory.wallClock(new JvmThreads(), seed));
        machine.tenant(TENANT, NodeSet.ALL, List.of());
        return machine;
    }

    /** {@return what is left in use when all is over} */
    private String play(Machine machine, Plugins plugins, Files files, Map<String, String> order) {
        Ledger ledger = new Ledger(machine);
        AddressSpace space = machine.openSpace("soak", TENANT);
        Soak soak = new Soak(machine, space, plugins, files, tally, Mix.of(text(order, "more")), WORKERS);
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(number(order, "seconds"));
        long operations = number(order, "operations");
        BooleanSupplier over = () -> System.nanoTime() - endNs > 0 || tally.operations() >= operations;
        SplittableRandom random = new SplittableRandom(number(order, "seed"));
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            workers.add(new Worker(soak, i, random.split(), over));
        }
        work(machine, workers, number(order, "report"));
        if (tally.failed()) {
            return "";
        }
        plugins.bringBackAll();
        soak.unmapCommons();
        space.close();
        machine.policies().settle();
        machine.daemons().stream()
                .filter(daemon -> daemon.state() == DaemonInfo.State.EJECTED)
                .forEach(daemon -> tally.fail(new AssertionError("a daemon was thrown out: " + daemon)));
        return ledger.open(machine);
    }

    private void work(Machine machine, List<Worker> workers, long reportSeconds) {
        CountDownLatch done = new CountDownLatch(workers.size());
        Watchdog watchdog = new Watchdog(workers, tally, () -> workers.forEach(worker -> done.countDown()));
        var threads = new JvmThreads();
        threads.start("soak-watchdog", watchdog);
        threads.start("soak-monitor", new Monitor(machine, tally, reportSeconds, done));
        for (Worker worker : workers) {
            threads.start("soak-cpu" + workers.indexOf(worker), () -> {
                worker.run();
                done.countDown();
            });
        }
        try {
            while (!done.await(TICK_MS, TimeUnit.MILLISECONDS)) {
                if (tally.failed()) {
                    done.await(10, TimeUnit.SECONDS);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tally.fail(e);
        } finally {
            watchdog.end();
        }
    }

    private Map<String, String> answer(Machine machine, String leaks) {
        Map<String, String> answer = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            answer.put(kind.label(), "" + tally.count(kind));
        }
        Throwable failure = tally.failure();
        answer.put("failure", failure == null ? "" : Failures.text(failure) + state(machine));
        answer.put("mismatches", Failures.isMismatch(failure) ? "1" : "0");
        answer.put("leaks", leaks);
        answer.put("operations", "" + tally.operations());
        answer.put("pages proven", "" + tally.provenPages());
        answer.put("pages moved", "" + Ledger.moved(machine));
        DAEMON_WORK.forEach((label, counter) -> answer.put(label, "" + machine.counter(counter)));
        return answer;
    }

    /** {@return where the pages are at a failure: in use by node, and mapped by spaces} */
    private static String state(Machine machine) {
        StringBuilder text = new StringBuilder("state of the machine:\n");
        machine.nodes()
                .forEach(node -> text.append("  node ")
                        .append(node.id())
                        .append(": ")
                        .append(node.pages() - node.freePages())
                        .append(" pages of ")
                        .append(node.pages())
                        .append(" in use\n"));
        machine.spaces()
                .forEach(space -> text.append("  space ")
                        .append(space.name())
                        .append(" maps, by node, ")
                        .append(space.info().residentPages())
                        .append('\n'));
        machine.lostPages().forEach(page -> text.append("  ").append(page).append('\n'));
        return text.toString();
    }
}
