package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import moraine.core.api.host.Machine;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Threads;
import moraine.launcher.time.LiveThreads;
import moraine.sim.compare.SimulationService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Bad input ends with one line on standard error that names the remedy, and with status 2. */
final class MistakesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** A factory on a machine that has no room for any machine. */
    private record NoRoom(Blame blame) implements MachineFactory {
        @Override
        public Machine create(MachineSpec spec, Environment environment) {
            throw new MoraineException(Errno.ENOMEM, blame, "no room for " + spec.name() + "\nsecond line");
        }

        @Override
        public Environment wallClock(Threads threads, long seed) {
            throw new MoraineException(Errno.ENOMEM, blame, "no room for an environment\nsecond line");
        }
    }

    private int run(Blame blame, String... arguments) {
        var factory = new NoRoom(blame);
        try (var workbench = new Workbench(factory, new SimulationService(factory), new LiveThreads())) {
            return VerbTree.of(workbench, new Console(printer(out), printer(err), false), null)
                    .execute(arguments);
        }
    }

    private static PrintStream printer(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private void assertSaid(String line) {
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("moraine: " + line + System.lineSeparator());
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "noeds | no verb noeds; did you mean nodes?",
                "policy sue | policy has no verb sue; did you mean use?",
                "policy | policy: it lacks what to do, such as: policy use cdm; see ./moraine help policy",
                "policy use | policy use: Missing required parameter: 'NAME'; see ./moraine help policy use",
                "nodes --profil x | nodes has no option --profil; did you mean --profile?",
                "nodes extra | nodes takes no argument extra; see ./moraine help nodes",
                "nodes --profile | nodes: Missing required parameter for option '--profile' (NAME);"
                        + " see ./moraine help nodes",
                "nodes --profile gh20 | no profile gh20; did you mean gh200?",
                "nodes --profile cray | no profile cray; there are gh200, power9-v100-cdm, cxl-type3, knl-mcdram,"
                        + " stacked-cxl",
                "run --device-memory lots | device memory \"lots\" is no size; write 50% of the footprint, or 64MiB",
                "compare --workload pagernak | no workload pagernak; did you mean pagerank?",
                "run --workload sort | no workload sort; there are pagerank, vector-add, stencil, k-means",
                "compare --profile hg200 | no profile hg200; did you mean gh200?",
                "compare --csv --json | --csv and --json exclude each other; drop one",
                "compare --policies hmm,,cdm | --policies hmm,,cdm has an empty name; write names with a comma"
                        + " between, such as hmm,cdm",
                "compare --polices hmm | compare has no option --polices; did you mean --policies?",
                "compare --trace a --workload b | --workload b and --trace a exclude each other; drop one",
                "compare --actors cpu:0-100 | --actors cpu:0-100 says who plays a trace, but there is none;"
                        + " add --trace FILE",
                "compare --policies cdm,hmm,cdm | --policies cdm,hmm,cdm names cdm twice; drop one",
                "run --device-memory 0 | device memory \"0\" is zero, but a device needs at least a page of 4096"
                        + " bytes; write 50% of the footprint, or 64MiB",
                "run --device-memory 99999999TiB | device memory \"99999999TiB\" is above the limit of a node,"
                        + " 1073741823 pages (4 TiB less one page); write 50% of the footprint, or 64MiB",
                "compare --size 0 | --size 0 is none; give a number from 1, or leave it out for the usual",
                "compare --trace a --size 6 | --size 6 is said of a workload, but --trace a has what it has; drop one",
                "run --trace a --rounds 2 | --rounds 2 is said of a workload, but --trace a has what it has; drop one",
                "nodes --profile none.yaml | profile file none.yaml cannot be read: there is no such file; check the"
                        + " path",
                "run --trace src | src: is a folder; name the file of a trace in it",
                "grep ( | pattern ( is no regular expression: Unclosed group at 1",
                "compare --tune thrash.losses | --tune thrash.losses is not NAME=VALUE; write such as thrash.losses=5",
                "run --tune a.b=1 --tune a.b=2 | --tune a.b is given twice; drop one",
                "run --daemon reclaim --daemon reclaim | --daemon reclaim is given twice; drop one",
                "compare --swap lots | swap \"lots\" is no size; write 50% of the footprint, or 64MiB",
                "run --swap 0 | swap \"0\" is zero, but it needs at least a page of 4096 bytes; write 50% of the"
                        + " footprint, or 64MiB",
                "run --swap 60 | swap \"60\" has no unit, and as bytes it is no whole number of pages of 4096; write"
                        + " 60% of the footprint, or 60MiB",
                "run --swap 9TiB | swap \"9TiB\" is above the limit of swap, 1073741823 pages (4 TiB less one page);"
                        + " write 50% of the footprint, or 64MiB",
                "run --swap node0: | swap \"node0:\" lacks its size; write 64MiB, or 50% of the footprint, after"
                        + " FOLDER: for a file there or node0: for memory of that node",
                "run --swap :4MiB | swap \":4MiB\" lacks its folder or node; write 64MiB, or 50% of the footprint,"
                        + " after FOLDER: for a file there or node0: for memory of that node",
                "run --swap none/such:4MiB | swap folder none/such does not exist; write 64MiB, or 50% of the"
                        + " footprint, after FOLDER: for a file there or node0: for memory of that node",
                "run --swap pom.xml:4MiB | swap folder pom.xml is no folder; write 64MiB, or 50% of the footprint,"
                        + " after FOLDER: for a file there or node0: for memory of that node",
                "run --memory 0 | memory \"0\" is zero, but a machine needs at least a page of 4096 bytes; write 50%"
                        + " of the footprint, or 64MiB",
                "nodes --swap lots | swap \"lots\" is no size; write 50% of the footprint, or 64MiB",
                "policies --memory lots | memory \"lots\" is no size; write 50% of the footprint, or 64MiB",
                "compare --threads 0 | --threads 0 is not from 1 to 64",
                "compare --size 30 | size 30 of workload pagerank is not from 4 to 24; 18 is usual",
                "compare --seed x | compare: Invalid value for option '--seed': 'x' is not a long;"
                        + " see ./moraine help compare",
                "compare --trace no/such/file | no/such/file: no such trace; name a file, or sqlite-join",
                "compare --trace sqlite-join --actors cpu:0-50,gpu0:40-100 | gpu0:40-100 overlaps the one"
                        + " before, which ends at 50; begin there",
                "compare --trace sqlite-join --actors cpu:0-50,gpu7:50-100 | phase gpu7:50-100 names"
                        + " gpu7, which is no actor here; there is cpu and gpu0",
                "why here | address here is not a hexadecimal number; verb spaces lists the mapped ranges",
                "pages --limit 0 | --limit 0 is below 1; give the most pages to look at",
                "pages --limit x | pages: Invalid value for option '--limit': 'x' is not an int;"
                        + " see ./moraine help pages",
                "help noeds | no verb noeds; did you mean nodes?",
            })
    void shouldAnswerBadInputWithOneLine(String arguments, String line) {
        assertThat(run(Blame.CALLER, arguments.split(" "))).isEqualTo(ExitStatus.BAD_INPUT);
        assertSaid(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void shouldRefuseActorsThatAreNone(String actors) {
        assertThat(run(Blame.CALLER, "run", "--trace", "sqlite-join", "--actors", actors))
                .isEqualTo(ExitStatus.BAD_INPUT);
        assertSaid("--actors is empty; write such as cpu:0-40,gpu0:40-70,cpu:70-100, or leave it out");
    }

    @Test
    void shouldRefuseSwapThatIsNone() {
        assertThat(run(Blame.CALLER, "run", "--swap", " ")).isEqualTo(ExitStatus.BAD_INPUT);
        assertSaid("--swap is empty; write such as 50%, or leave it out");
    }

    @Test
    void shouldListTheVerbsWhenNoneIsNear() {
        assertThat(run(Blame.CALLER, "frobnicate")).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("moraine: no verb frobnicate; there are ");
    }

    @ParameterizedTest
    @CsvSource({"CALLER,2", "RESOURCES,3", "PLUGIN,3", "INTERNAL,1"})
    void shouldTellWhoseDoingAFailureIs(Blame blame, int status) {
        assertThat(run(blame, "nodes")).isEqualTo(status);
        assertSaid("no room for an environment");
    }

    @Test
    void shouldReportADefectWithItsStack() {
        var mistakes = new Mistakes(new Console(printer(out), printer(err), false));
        var verb = new CommandLine(CommandSpec.create());

        int status = mistakes.handleExecutionException(new IllegalStateException("broken"), verb, verb.parseArgs());

        assertThat(status).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("moraine: internal error, please report it with what follows")
                .contains("IllegalStateException: broken", "MistakesTest");
    }

    @Test
    void shouldShowTheOptionsOfAVerb() {
        assertThat(run(Blame.CALLER, "help", "policy", "use")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("Usage: ./moraine policy use ")
                .contains("--strict", "--profile=NAME", "NAME");
        assertThat(err.size()).isZero();
    }

    @Test
    void shouldShowAllVerbsWithoutOne() {
        assertThat(run(Blame.CALLER)).isZero();
        var factory = new NoRoom(Blame.CALLER);
        try (var workbench = new Workbench(factory, new SimulationService(factory), new LiveThreads())) {
            assertThat(VerbTree.of(workbench, new Console(printer(err), printer(err), false), null)
                            .getSubcommands()
                            .keySet())
                    .allSatisfy(verb -> assertThat(out.toString(StandardCharsets.UTF_8))
                            .containsPattern("(?m)^  " + (verb.equals("grep") ? "shell" : verb) + " "));
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("policy use NAME", "Exit status: 0 done");
    }
}
