package moraine.sim.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
    private final Map<String, MoraineException> lacks = new ConcurrentHashMap<>();

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
        List<Verdicts.Played> rows = join(tasks);
        requireOne(rows);
        return new ComparisonResult(
                bench.workload().name() + " on "
                        + bench.scaling().profile().topology().name(),
                bench.facts(),
                Metrics.ALL,
                new Verdicts(rows, bench.scaling().devices().isEmpty()).complete(),
                notes(),
                bench.adjustments());
    }

    private List<String> notes() {
        var notes = new ArrayList<>(bench.workload().notes());
        notes.add("All times are modelled from the profile's figures, none is measured.");
        return notes;
    }

    /** Waits for all, also when one failed: who is told so may take the core away, on which the others still run. */
    private static List<Verdicts.Played> join(List<FutureTask<Verdicts.Played>> tasks) {
        var rows = new ArrayList<Verdicts.Played>();
        Throwable failure = null;
        for (FutureTask<Verdicts.Played> task : tasks) {
            try {
                rows.add(join(task));
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
            }
        }
        switch (failure) {
            case null -> {}
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            default -> throw new IllegalStateException(failure);
        }
        return rows;
    }

    private static Verdicts.Played join(FutureTask<Verdicts.Played> task) throws ExecutionException {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MoraineException(Errno.EAGAIN, Blame.CALLER, "interrupted while comparing; start again", e);
        }
    }

    /** Refuses a comparison in which nobody found room. */
    private void requireOne(List<Verdicts.Played> rows) {
        if (rows.stream().noneMatch(run -> run.row().ran())) {
            request.policies().stream()
                    .flatMap(policy -> Stream.ofNullable(lacks.get(policy)))
                    .findFirst()
                    .ifPresent(lack -> {
                        throw lack;
                    });
        }
    }

    private Verdicts.Played row(String policy, Consumer<String> progress) {
        try (PlayedRun run =
                bench.open(factory, policy, bench.virtual(), bench.workload().backing())) {
            Verdicts.Played row = row(policy, run);
            progress.accept(policy);
            return row;
        } catch (MoraineException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            return none(policy, e);
        }
    }

    /** {@return how a run went, or that it found no room} */
    private Verdicts.Played row(String policy, PlayedRun run) {
        try {
            RunResult result = run.play();
            String wrong = result.right() ? "" : "WRONG RESULT: " + result.detail() + ". ";
            var row = new ComparisonRow(
                    policy,
                    Metrics.of(run.machine(), result.elapsedNs()),
                    result.right(),
                    wrong + result.explanation());
            return new Verdicts.Played(row, run.spentNs());
        } catch (MoraineException e) {
            if (e.errno() != Errno.ENOMEM) {
                throw e;
            }
            lacks.put(policy, e);
            return none(policy, e);
        }
    }

    private static Verdicts.Played none(String policy, MoraineException why) {
        return new Verdicts.Played(new ComparisonRow(policy, List.of(), true, why.getMessage() + "."), Map.of());
    }
}
