package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import moraine.launcher.cli.Session.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompareTest {
    private static final String[] SMALL = {"compare", "--workload", "vector-add", "--size", "6"};

    private final Session session = new Session();

    @AfterEach
    void close() {
        session.close();
    }

    private Answer compare(String... more) {
        var arguments = new java.util.ArrayList<>(List.of(SMALL));
        arguments.addAll(List.of(more));
        return session.run(arguments.toArray(String[]::new));
    }

    @Test
    void shouldShowEveryPolicyWithASentence() {
        Answer answer = compare();

        assertThat(answer.status()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out())
                .contains("profile", "gh200", "| ram-only ", "| first-touch ", "| hmm ", "| cdm ")
                .contains("| cdm(isolation=cpuset) ", "| cdm(isolation=mask) ")
                .contains("| hmm(memory=coherent) ", "| managed(features=user_numa) ")
                .containsPattern("(?m)^managed\\S+ +\\S.*\\.$")
                .containsPattern("(?m)^hmm +\\S.*\\.$")
                .containsPattern("(?m)^cdm +\\S.*\\.$");
    }

    @Test
    void shouldGiveRowsThatDiffer() {
        List<String> figures = compare("--csv", "--policies", "ram-only,first-touch,hmm,cdm")
                .out()
                .lines()
                .skip(1)
                .map(line -> line.replaceAll("\\b(ram-only|first-touch|hmm|cdm)\\b", ""))
                .toList();

        assertThat(figures).hasSize(4).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--csv", "--json"})
    void shouldGiveTheSameBytesTwiceAndNothingElse(String format) {
        Answer first = compare(format);
        Answer second = compare(format);

        assertThat(first.status()).isZero();
        assertThat(first.err()).isEmpty();
        assertThat(first.out()).isNotEmpty().isEqualTo(second.out());
        assertThat(first.out()).startsWith(format.equals("--json") ? "[" : "");
    }

    @Test
    void shouldTakePoliciesWithParameters() {
        Answer answer = compare("--policies", "hmm(migratePages=1,bringBackPages=1),hmm", "--csv");

        assertThat(answer.status()).isZero();
        assertThat(answer.out().lines()).hasSize(3);
        assertThat(answer.out()).contains("hmm(bringBackPages=1,migratePages=1)".substring(0, 4));
    }

    @Test
    void shouldTakeSizesOfDeviceMemory() {
        assertThat(compare("--device-memory", "8MiB", "--policies", "hmm").out())
                .contains("to 8 MiB");
        assertThat(compare("--device-memory", "25%", "--policies", "hmm").status())
                .isZero();
    }

    @Test
    void shouldCompareWithOtherFigures() {
        Answer usual = compare("--policies", "hmm", "--csv");
        Answer slow = compare(
                "--policies", "hmm", "--csv", "--set", "processors.1.fault=64us", "--set", "copies.perPage=1us");
        assertThat(slow.status()).isZero();
        assertThat(elapsedNs(slow)).isGreaterThan(2 * elapsedNs(usual));
        assertThat(compare("--policies", "hmm", "--set", "processors.1.fault=64us")
                        .out())
                .containsPattern("(?m)^ +set +processors.1.fault = 64us$");
    }

    @Test
    void shouldCompareWithATunedMechanism() {
        Answer usual = compare("--policies", "hmm", "--csv");
        assertThat(compare("--policies", "hmm", "--csv", "--tune", "fault.batch=1024"))
                .isEqualTo(usual);
        Answer single = compare("--policies", "hmm", "--csv", "--tune", "fault.batch=1");
        assertThat(single.status()).isZero();
        assertThat(elapsedNs(single)).isGreaterThan(elapsedNs(usual));
        assertThat(compare("--policies", "hmm", "--tune", "fault.batch=1").out())
                .containsPattern("(?m)^ +tune +fault.batch = 1$");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            reclam | no daemon "reclam"; did you mean reclaim?
            sweep | no daemon "sweep"; there are reclaim
            reclaim(age=0) | machine gh200: daemon reclaim(age=0): parameter age=0 rounds is not within 1 to 255; \
            1 is usual
            reclaim( | instance name 'reclaim(' has '(' at 7 but does not end with ')'; \
            write family or family(key=value,...)
            """)
    void shouldRefuseADaemonThatThereIsNot(String daemon, String line) {
        assertThat(compare("--daemon", daemon))
                .isEqualTo(new Answer(ExitStatus.BAD_INPUT, "", "moraine: " + line + System.lineSeparator()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fault.bacth=1 | no tunable is named fault.bacth; the nearest is fault.batch
            fault.batch=0 | tunable fault.batch=0 is not within its bounds; give 1 to 4096 faults, usual is 1024
            thrash.lapse=5ms | tunable thrash.lapse=5ms is not a whole number of us; give 1 to 1000000 us, usual is 500
            """)
    void shouldRefuseATuningThatThereIsNot(String tune, String line) {
        assertThat(compare("--tune", tune))
                .isEqualTo(new Answer(ExitStatus.BAD_INPUT, "", "moraine: " + line + System.lineSeparator()));
    }

    @Test
    void shouldCompareWithADaemonBesideEachMachine() {
        assertThat(compare("--policies", "hmm,cdm", "--daemon", "reclaim(periodUs=50)")
                        .out())
                .containsPattern("(?m)^ +daemons +reclaim\\(periodUs=50\\)$");
    }

    private Answer scarce(String policies, String... more) {
        var arguments = new java.util.ArrayList<>(List.of(
                "compare", "--workload", "vector-add", "--policies", policies, "--size", "12", "--threads", "1"));
        arguments.addAll(List.of(more));
        return session.run(arguments.toArray(String[]::new));
    }

    @Test
    void shouldSayWhichPolicyFindsNoRoom() {
        Answer one = scarce("ram-only", "--memory", "70%");
        assertThat(one.status()).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(one.out()).isEmpty();
        assertThat(one.err()).startsWith("moraine: kernel vector-add: ").contains(": ENOMEM, no page ");
        assertThat(one.err().lines())
                .singleElement()
                .asString()
                .endsWith("; the machine has no swap; free memory, allow more nodes, or give it swap, as --swap 50%"
                        + " does");

        Answer two = scarce("ram-only,hmm", "--memory", "70%");
        assertThat(two.status()).isZero();
        assertThat(two.err()).isEmpty();
        assertThat(two.out())
                .containsPattern("(?m)^ram-only +n/a: kernel vector-add: .* ENOMEM, no page .*\\.$")
                .containsPattern("(?m)^\\| hmm +\\| +[1-9]");
    }

    @Test
    void shouldSayHowFullSwapIs() {
        Answer answer = scarce("ram-only", "--memory", "70%", "--swap", "16KiB");
        assertThat(answer.status()).isEqualTo(ExitStatus.ENVIRONMENT);
        assertThat(answer.err())
                .contains("; swap has 4 pages (16 KiB), all of them in use; free memory, allow more nodes, or give the"
                        + " machine more swap" + System.lineSeparator());
    }

    @Test
    void shouldTellADaemonsWorkFromTheProgram() {
        Answer answer = scarce("ram-only", "--memory", "70%", "--swap", "60%", "--daemon", "reclaim(periodUs=10)");
        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .containsPattern("(?m)^ram-only +\\d.*; the program asked for no placement; beside it worked daemon"
                        + " reclaim\\(periodUs=10\\) for [\\d.]+ ms \\([\\d,]+ pages moved\\)\\.");
    }

    @Test
    void shouldSayWhatTheSystemSaysOfASwapFolder() {
        Answer answer = compare("--swap", "/proc:50%", "--policies", "hmm");
        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.err())
                .matches("moraine: swap folder /proc takes no file: (no such file or directory|permission denied);"
                        + " write 64MiB, .*\\R");
    }

    @Test
    void shouldRunWithSwapWhatFindsNoRoomWithout() {
        Answer answer = scarce(
                "ram-only",
                "--memory",
                "70%",
                "--swap",
                "60%",
                "--daemon",
                "reclaim(periodUs=10)",
                "--tune",
                "watermark.scale=1000");
        assertThat(answer.status()).isZero();
        assertThat(answer.err()).isEmpty();
        assertThat(answer.out())
                .containsPattern("(?m)^ +swap +[\\d.]+ MiB \\([\\d,]+ pages, 60 % of the footprint\\) in a file in the"
                        + " folder of temporary files$");
    }

    @Test
    void shouldTakeSwapFromANode() {
        Answer answer = compare("--swap", "node0:50%", "--daemon", "reclaim", "--policies", "hmm");
        assertThat(answer.status()).isZero();
        assertThat(answer.out()).containsPattern("(?m)^ +swap +.* pages, 50 % of the footprint\\) taken from node 0$");
    }

    @Test
    void shouldMakeAFileForEachMachineAndLeaveNone(@TempDir Path folder) {
        Answer answer = compare("--swap", folder + ":50%", "--daemon", "reclaim", "--policies", "hmm,cdm,ram-only");
        assertThat(answer.status()).isZero();
        assertThat(answer.out()).containsPattern("(?m)^ +swap +.* in a file in " + folder + "$");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void shouldSayThatTouchesWaitForSwapWithoutADaemon() {
        Answer answer = compare("--swap", "50%", "--policies", "hmm");
        assertThat(answer.status()).isZero();
        assertThat(answer.err())
                .isEqualTo(
                        "note: no daemon reclaims: pages go to swap only when memory is full, and touches wait for it"
                                + System.lineSeparator());
    }

    @Test
    void shouldRefuseSwapThatAMachineCannotHave() {
        assertThat(compare("--swap", "node7:4MiB"))
                .isEqualTo(new Answer(
                        ExitStatus.BAD_INPUT,
                        "",
                        "moraine: swap is to be on node 7, but profile gh200 has no such node"
                                + System.lineSeparator()));
        assertThat(compare("--swap", "node1:4MiB").err())
                .isEqualTo("moraine: swap cannot be on node 1, which is a device's; nodes of gh200 that can hold it: 0"
                        + System.lineSeparator());
        Answer all = compare("--swap", "node0:200%", "--daemon", "reclaim");
        assertThat(all.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(all.err()).contains("cannot be on node 0, which has ", "; leave it a page of memory at least");
    }

    @Test
    void shouldCompareMoreRounds() {
        Answer four = compare("--policies", "hmm", "--csv");
        Answer eight = compare("--policies", "hmm", "--csv", "--rounds", "8");
        assertThat(elapsedNs(eight)).isGreaterThan(elapsedNs(four));
        assertThat(compare("--policies", "hmm", "--csv", "--rounds", "4")).isEqualTo(four);
    }

    private static long elapsedNs(Answer csv) {
        return Long.parseLong(csv.out().lines().toList().getLast().split(",", -1)[2]);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            processors.1.falt=32us     | no figure processors.1.falt; did you mean processors.1.fault?
            copies.perpage=32us        | no figure copies.perpage; did you mean copies.perPage?
            speed=1                    | no figure speed; figures are called as in the profile's file, such as access.0.
            processors.1.fault         | --set processors.1.fault is not FIGURE=VALUE; write such as processors
            processors.1.fault=1 mile  | gh200.yaml: processors[1].fault.unit is mile; give one of ms, ns, us
            """)
    void shouldRefuseAFigureInOneLine(String set, String message) {
        Answer answer = compare("--set", set);
        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err().lines()).singleElement().asString().contains(message);
    }

    @Test
    void shouldRefuseAFigureThatIsSetTwice() {
        Answer answer = compare("--set", "copies.perPage=1us", "--set", "copies.perPage=2us");
        assertThat(answer.err()).isEqualTo("moraine: --set copies.perPage is given twice; drop one\n");
    }

    @Test
    void shouldRefuseAPolicyThatThereIsNot() {
        Answer answer = compare("--policies", "hmmm");

        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.out()).isEmpty();
        assertThat(answer.err().lines()).singleElement().asString().contains("hmmm", "hmm");
    }

    @Test
    void shouldListAllNamesThatItTakes() {
        assertThat(compare("--policies", "cdm,nope"))
                .isEqualTo(new Answer(
                        ExitStatus.BAD_INPUT,
                        "",
                        "moraine: no policy \"nope\"; there are cdm, first-touch, hmm, managed, ram-only"
                                + System.lineSeparator()));
        assertThat(compare("--policies", "cdm,first-touch,hmm,managed,ram-only", "--csv")
                        .status())
                .isZero();
    }

    @Test
    void shouldRefuseWhenNoPolicyCanDriveTheMachine() {
        Answer alone = compare("--policies", "cdm", "--profile", "cxl-type3");
        assertThat(alone.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(alone.out()).isEmpty();
        assertThat(alone.err().lines())
                .singleElement()
                .asString()
                .startsWith("moraine: policy cdm is refused on cxl-type3: ")
                .contains("gpu0", "is not coherent");
        assertThat(compare("--policies", "cdm,hmm", "--profile", "cxl-type3").status())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--csv", "--json"})
    void shouldSayOnErrWhereMemoryWasRaised(String format) {
        Answer answer = compare("--policies", "hmm", "--device-memory", "1B", format);
        assertThat(answer.status()).isZero();
        assertThat(answer.err())
                .isEqualTo("note: device memory 1B was raised to 4 KiB: a node has whole pages of 4 KiB, at least one"
                        + System.lineSeparator());
        assertThat(answer.out()).doesNotContain("raised");
        assertThat(session.run("run", "--workload", "stencil", "--size", "6", "--device-memory", "5000B", format)
                        .err())
                .startsWith("note: device memory 5000B was raised to 8 KiB");
    }

    @Test
    void shouldRunOneWorkloadInModelledTime() {
        Answer answer = session.run("run", "--workload", "stencil", "--size", "6", "--policy", "cdm");

        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .contains("modelled time", "right: ")
                .containsPattern("(?m)^policy +cdm$")
                .containsPattern("(?m)^explanation +\\S");
    }

    @Test
    void shouldReplayATraceWithActors() {
        Answer answer = session.run("run", "--trace", "sqlite-join", "--actors", "cpu:0-99,gpu0:99-100");

        assertThat(answer.status()).isZero();
        assertThat(answer.out()).contains("references were completed");
    }
}
