package moraine.sim.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.RunResult;

/** Runs one subject under each policy of a request. */
final class Comparison {
    private final MachineFactory factory;
    private final ComparisonRequest request;
    private final Bench bench;

    Comparison(MachineFactory factory, ComparisonRequest request) {
        if (request.policies().isEmpty()) {
            throw MoraineException.caller(Errno.EINVAL, "no policy to compare; name at least one");
        }
        this.factory = factory;
        this.request = request;
        this.bench = Bench.of(request.run(""), factory, request.policies());
    }

    ComparisonResult run(Executor executor, Consumer<String> progress) {
        List<FutureTask<Verdicts.Played>> tasks = new ArrayList<>();
        for (String policy : request.policies()) {
            tasks.add(new FutureTask<>(() -> row(policy, progress)));
        }
        tasks.forEach(executor::execute);
        List<Verdicts.Played> rows = tasks.stream().map(Comparison::join).toList();
        return new ComparisonResult(
                bench.workload().name() + " on "
                        + bench.scaling().profile().topology().name(),
                bench.facts(),
                Metrics.ALL,
                new Verdicts(rows, bench.scaling().devices().isEmpty()).complete(),
                notes(),
                bench.scaling().adjustments());
    }

    private List<String> notes() {
        var notes = new ArrayList<>(bench.workload().notes());
        notes.add("All times are modelled from the profile's figures, none is measured.");
        return notes;
    }

    private static Verdicts.Played join(FutureTask<Verdicts.Played> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MoraineException(Errno.EAGAIN, Blame.CALLER, "interrupted while comparing; start again", e);
        }
    }

    private Verdicts.Played row(String policy, Consumer<String> progress) {
        try (PlayedRun run =
                bench.open(factory, policy, bench.virtual(), bench.workload().backing())) {
            RunResult result = run.play();
            progress.accept(policy);
            String wrong = result.right() ? "" : "WRONG RESULT: " + result.detail() + ". ";
            var row = new ComparisonRow(
                    policy,
                    Metrics.of(run.machine(), result.elapsedNs()),
                    result.right(),
                    wrong + result.explanation());
            return new Verdicts.Played(row, run.spentNs());
        } catch (MoraineException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            return new Verdicts.Played(new ComparisonRow(policy, List.of(), true, e.getMessage() + "."), Map.of());
        }
    }
}
