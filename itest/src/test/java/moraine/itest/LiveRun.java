package moraine.itest;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.host.Policies;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.sim.Run;
import moraine.sim.RunRequest;
import moraine.sim.RunResult;
import moraine.sim.Simulation;
import moraine.sim.Subject;
import moraine.testkit.JvmThreads;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Runs a workload live in a bundle and disturbs its policy until it has ended.
 *
 * <p>Takes {@code workload}, {@code size} and {@code disturb}: {@code use} exchanges between hmm and cdm, {@code stop}
 * stops the bundle of the active policy and starts it again. Answers {@code right}, {@code detail}, {@code violations},
 * {@code rounds} (disturbances made while it ran), {@code converted} and {@code stopped} (exits for that reason).
 */
public final class LiveRun implements BiFunction<BundleContext, Map<String, String>, Map<String, String>> {
    private static final List<String> POLICIES = List.of("hmm", "cdm");

    private static final int LEAST_ROUNDS = 2;
    private static final int MOST_PLAYS = 100;

    private long converted;
    private long stopped;
    private int rounds;

    @Override
    public Map<String, String> apply(BundleContext context, Map<String, String> order) {
        MachineFactory machines = service(context, MachineFactory.class);
        Simulation simulation = service(context, Simulation.class);
        Subject subject = Subject.workload(Objects.requireNonNull(order.get("workload")))
                .withSize(Integer.parseInt(Objects.requireNonNull(order.get("size"))));
        RunRequest request = new RunRequest(subject, "gh200", "hmm", "50%", 4, 1);
        boolean use = "use".equals(order.get("disturb"));
        for (int play = 1; ; play++) {
            try (Run run = simulation.open(request, machines.wallClock(new JvmThreads(), play))) {
                Map<String, String> answer = play(context, run, use);
                boolean disturbed = rounds >= LEAST_ROUNDS && (use ? converted : stopped) > 0;
                if (disturbed || play == MOST_PLAYS || !"true".equals(answer.get("right"))) {
                    return answer;
                }
            } catch (ExecutionException | BundleException e) {
                throw new IllegalStateException("the run ended with an exception", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** Plays once and disturbs until it is over; a fast computer may be through before the second disturbance. */
    private Map<String, String> play(BundleContext context, Run run, boolean use)
            throws BundleException, ExecutionException, InterruptedException {
        FutureTask<RunResult> play = new FutureTask<>(run::play);
        Thread.ofPlatform().daemon(true).name("play").start(play);
        while (!play.isDone()) {
            disturb(context, run.machine().policies(), use, rounds);
            rounds += play.isDone() ? 0 : 1;
        }
        stopped += run.machine().policies().exits().stream()
                .filter(exit -> exit.kind() == ExitRecord.BUNDLE_STOPPED)
                .count();
        return answer(run, play.get());
    }

    private void disturb(BundleContext context, Policies policies, boolean use, int round) throws BundleException {
        if (!use) {
            String active = policies.active().replaceFirst("\\(.*", "");
            Bundle bundle = bundle(context, POLICIES.contains(active) ? active : "hmm");
            bundle.stop();
            bundle.start();
        }
        policies.use(POLICIES.get((round + 1) % 2), /* strict= */ false);
        ExchangeReport report = policies.settle();
        converted += report.convertedPages();
    }

    private Map<String, String> answer(Run run, RunResult result) {
        Map<String, String> answer = new TreeMap<>();
        answer.put("right", "" + result.right());
        answer.put("detail", result.detail());
        answer.put("violations", run.machine().check().toString());
        answer.put("rounds", "" + rounds);
        answer.put("converted", "" + converted);
        answer.put("stopped", "" + stopped);
        answer.put(
                "errors",
                run.machine().policies().exits().stream()
                        .filter(exit -> !exit.orderly())
                        .toList()
                        .toString());
        return answer;
    }

    private static Bundle bundle(BundleContext context, String policy) {
        return Stream.of(context.getBundles())
                .filter(bundle -> ("moraine.policy." + policy).equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private static <S> S service(BundleContext context, Class<S> type) {
        return context.getService(
                Objects.requireNonNull(context.getServiceReference(type), () -> type.getName() + " is not registered"));
    }
}
