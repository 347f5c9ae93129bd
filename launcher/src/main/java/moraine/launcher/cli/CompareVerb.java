package moraine.launcher.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import moraine.sim.ComparisonRequest;
import moraine.sim.ComparisonResult;
import moraine.sim.ReportFormat;
import moraine.sim.Subject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "compare",
        description = "Runs workloads under several policies in modelled time and compares them.",
        footer = {
            "",
            "Without --workload and --trace it compares pagerank and the trace sqlite-join. Each policy has a machine"
                    + " of its own, scaled to what the workload maps; the same options give the same bytes."
        })
final class CompareVerb extends Verb {
    private static final List<Subject> USUAL = List.of(Subject.workload("pagerank"), Subject.trace(Subject.SQLITE));

    @Mixin
    SubjectOptions what;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "machine profile (default ${DEFAULT-VALUE}), or a .yaml file with one, where drivers'"
                    + " parameters stand too")
    String profile = ComparisonRequest.DEFAULT_PROFILE;

    @Option(
            names = "--policies",
            paramLabel = "A,B",
            description = "policies, such as ram-only,hmm(migratePages=64),cdm (default ram-only, first-touch, and hmm,"
                    + " cdm and managed in all their ways to represent coherent memory); ram-only is the core's own,"
                    + " which allocates in RAM and moves nothing")
    @Nullable
    String policies;

    @Option(
            names = "--device-memory",
            paramLabel = "SIZE",
            description = "memory of each device: a size such as 64MiB, or a share of what is mapped (default 50%%)")
    String deviceMemory = ComparisonRequest.DEFAULT_DEVICE_MEMORY;

    @Option(
            names = "--set",
            paramLabel = "FIGURE=VALUE",
            description = {
                "another value of one of the profile's figures, such as processors.1.fault=32us; without the number"
                        + " of an entry, of all entries, such as copies.perPage=80ns; may be repeated"
            })
    List<String> set = new ArrayList<>();

    @Mixin
    TuningOptions tuning;

    @Mixin
    DaemonOptions daemons;

    @Mixin
    MemoryOptions memory;

    @Mixin
    FormatOptions format;

    CompareVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        ReportFormat wanted = format.format();
        List<ComparisonRequest> requests =
                subjects().stream().map(this::request).toList();
        List<ComparisonResult> results = results(requests);
        results.stream()
                .flatMap(result -> result.adjustments().stream())
                .distinct()
                .forEach(console::note);
        try {
            workbench.simulation().report(results, wanted, console.out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return results.stream().allMatch(ComparisonResult::right) ? ExitStatus.DONE : ExitStatus.CHECK_FAILED;
    }

    private List<Subject> subjects() {
        return what.given() ? List.of(what.subject(workbench, USUAL.getFirst())) : USUAL;
    }

    private ComparisonRequest request(Subject subject) {
        return new ComparisonRequest(
                subject,
                workbench.profile(profile),
                policies == null ? ComparisonRequest.DEFAULT_POLICIES : PolicyNames.split(policies),
                deviceMemory,
                what.threads(),
                what.seed,
                FigureOptions.read(workbench.simulation().figures(workbench.profile(profile)), set),
                tuning.read(),
                daemons.read(),
                memory.memory(),
                memory.swap());
    }

    /** Threads of the comparison run event loops side by side; none of them shares anything with another. */
    private List<ComparisonResult> results(List<ComparisonRequest> requests) {
        int total = requests.stream().mapToInt(r -> r.policies().size()).sum();
        var done = new AtomicInteger();
        var results = new ArrayList<ComparisonResult>();
        console.progress("comparing " + total + " runs");
        ExecutorService executor = Executors.newFixedThreadPool(
                Math.min(total, Runtime.getRuntime().availableProcessors()),
                Thread.ofPlatform().name("compare-", 0).daemon(true).factory());
        try {
            for (ComparisonRequest request : requests) {
                results.add(workbench
                        .simulation()
                        .compare(
                                request,
                                executor,
                                policy -> console.progress(done.incrementAndGet() + " of " + total + " runs done: "
                                        + request.subject().name() + " under " + policy)));
            }
        } finally {
            executor.shutdownNow();
            console.endProgress();
        }
        return results;
    }
}
