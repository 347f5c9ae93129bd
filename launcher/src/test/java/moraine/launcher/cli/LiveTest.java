package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import moraine.launcher.cli.Session.Answer;
import moraine.sim.compare.SimulationService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verbs on live machines: bytes, wall clock, threads. */
@Timeout(120)
final class LiveTest {
    private final Session session = new Session();

    @AfterEach
    void close() {
        session.close();
    }

    private String done(String... arguments) {
        Answer answer = session.run(arguments);
        assertThat(answer.err()).doesNotContain("moraine:");
        assertThat(answer.status()).isZero();
        return answer.out();
    }

    private void refused(String line, String... arguments) {
        assertThat(session.run(arguments))
                .isEqualTo(new Answer(ExitStatus.BAD_INPUT, "", "moraine: " + line + System.lineSeparator()));
    }

    @Test
    void shouldRunWithBytesAndCheckTheResult() {
        assertThat(done("run", "--live", "--workload", "k-means", "--size", "6", "--threads", "2"))
                .contains("right: ", "wall clock", "not a device's")
                .containsPattern("(?m)^CPU threads +2$");
    }

    @Test
    void shouldShowTheProfilesNodes() {
        assertThat(done("nodes"))
                .contains("profile gh200", "policy hmm", "device-private")
                .containsPattern("(?m)^ *1 +\\S+ +DEVICE +node 0 +gpu0");
    }

    @Test
    void shouldShowPoliciesAndWhichIsActive() {
        assertThat(done("policies", "--policy", "cdm"))
                .containsPattern("(?m)^cdm .*active as cdm$")
                .containsPattern("(?m)^hmm .*available$")
                .containsPattern("(?m)^ram-only ");
    }

    @Test
    void shouldKeepTheMachineFromVerbToVerb() {
        done("run", "--live", "--workload", "stencil", "--size", "6");

        assertThat(done("spaces")).contains("stencil");
        assertThat(done("nodes")).contains("policy hmm");
        assertThat(done("policy", "use", "cdm")).containsPattern("(?m)^new policy +cdm$");
        assertThat(done("nodes")).contains("policy cdm");
    }

    @Test
    void shouldMakeMachinesAsTheShellWasStarted() {
        session.startedWith("--daemon", "reclaim", "--policy", "cdm", "--tune", "thrash.losses=5");
        done("run", "--live", "--workload", "stencil", "--size", "6");

        assertThat(done("daemons")).containsPattern("(?m)^reclaim +\\S.* running ");
        assertThat(done("nodes")).contains("policy cdm");
        assertThat(done("tunables")).containsPattern("(?m)^thrash.losses +5 ");
        done("run", "--live", "--workload", "stencil", "--size", "6", "--policy", "hmm");
        assertThat(done("nodes")).contains("policy hmm");
        assertThat(done("daemons")).containsPattern("(?m)^reclaim +\\S.* running ");
    }

    @Test
    void shouldCheckDaemonsBeforeAnythingIsMade() {
        assertThat(session.run("nodes", "--daemon", "nosuch").status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(session.run("nodes", "--daemon", "reclaim(ag=2)")).satisfies(answer -> {
            assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
            assertThat(answer.err()).contains("reclaim has no parameter ag, only age");
        });
    }

    @Test
    void shouldKeepTheTuningOfTheMachineThatIsThere() {
        done("run", "--live", "--workload", "stencil", "--size", "6", "--tune", "thrash.losses=5");

        assertThat(done("tunables")).containsPattern("(?m)^thrash.losses +5 +losses +3 +1 to 127 ");
        assertThat(done("tunables", "--tune", "thrash.losses=5")).contains("thrash.losses");
        refused(
                "--tune thrash.losses=6, but the shell's machine was made with (thrash.losses=5); run --live with it"
                        + " makes another machine",
                "nodes",
                "--tune",
                "thrash.losses=6");
    }

    @Test
    void shouldShowTheDaemonsOfTheMachineThatIsThere() {
        assertThat(done("daemons")).containsPattern("(?m)^reclaim +moraine.daemon.reclaim 0.1 +offered +0 ");

        done("run", "--live", "--workload", "stencil", "--size", "6", "--daemon", "reclaim(order=bandwidth)");

        assertThat(done("daemons"))
                .containsPattern("(?m)^reclaim\\(order=bandwidth\\) +moraine.daemon.reclaim 0.1 +running ");
        refused(
                "--daemon reclaim, but the shell's machine was made with reclaim(order=bandwidth); run --live with it"
                        + " makes another machine",
                "nodes",
                "--daemon",
                "reclaim");
    }

    @Test
    void shouldKeepTheSwapOfTheMachineThatIsThere() {
        String[] run = "run --live --workload stencil --size 6 --swap 50% --daemon reclaim".split(" ", -1);
        assertThat(done(run)).containsPattern("(?m)^swap +.* in a file in the folder of temporary files$");

        done("nodes", "--swap", "50%");
        refused(
                "--swap node0:50%, but the shell's machine was made with 50%; run --live with it makes another machine",
                "nodes", "--swap", "node0:50%");
        refused(
                "--memory 90%, but the shell's machine was made with 200%; run --live with it makes another machine",
                "spaces", "--memory", "90%");
    }

    @Test
    void shouldConvertPagesWithoutCopyingOnACoherentDevice() {
        String report = done("policy", "use", "cdm");

        assertThat(report)
                .containsPattern("(?m)^old policy +hmm$")
                .containsPattern("(?m)^new policy +cdm$")
                .containsPattern("(?m)^pages converted +[1-9]")
                .containsPattern("(?m)^pages migrated +0$")
                .containsPattern("(?m)^longest pause +\\d");
        assertThat(done("pages")).contains("coherent-device").doesNotContain("device-private");
    }

    @Test
    void shouldExplainThePageOfAnAddress() {
        Matcher mapping = Pattern.compile("0x\\w+").matcher(done("spaces"));
        assertThat(mapping.find()).isTrue();

        assertThat(done("why", mapping.group()))
                .startsWith("page " + mapping.group() + " of space ")
                .containsPattern("\\([A-Z_]+\\) by moraine\\.");
        assertThat(done("why").lines().filter(line -> line.startsWith("page "))).hasSizeGreaterThan(1);
        assertThat(done("pages", mapping.group()).lines().skip(1).findFirst())
                .get()
                .asString()
                .startsWith(mapping.group());
    }

    @Test
    void shouldRefuseWhatTheMachineIsNot() {
        done("run", "--live", "--workload", "stencil", "--size", "6");

        refused(
                "--profile cxl-type3, but the shell's machine was made with gh200;"
                        + " run --live with it makes another machine",
                "nodes",
                "--profile",
                "cxl-type3");
        refused(
                "--policy cdm, but the shell's machine was made with hmm; policy use exchanges the policy",
                "spaces",
                "--policy",
                "cdm");
        refused("no policy cdmm; did you mean cdm?", "policy", "use", "cdmm");
        refused("address 0x10 is in no mapping; verb spaces lists the mapped ranges", "why", "0x10");
        assertThat(done("nodes", "--profile", "gh200")).contains("gh200");
    }

    @Test
    void shouldRefuseParametersThatThePolicyDoesNotHave() {
        Answer answer = session.run("policy", "use", "cdm(isolation=zone)");

        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.err()).contains("parameter isolation=zone is not offered; choose zonelist, cpuset or mask");
        assertThat(answer.err().lines()).hasSize(1);
        done("spaces");
        assertThat(session.run("policy", "use", "cdm(isolation=zone)").err())
                .contains("choose zonelist, cpuset or mask; hmm stays");
    }

    @Test
    void shouldCheckAPolicyBeforeItMakesAMachine() {
        refused(
                "instance name 'hmm(' has '(' at 3 but does not end with ')'; write family or family(key=value,...)",
                "policy",
                "use",
                "hmm(");
        refused(
                "no policy \"nope\"; there are cdm, first-touch, hmm, managed, ram-only",
                "run",
                "--live",
                "--policy",
                "nope",
                "--size",
                "24");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run --live", "run", "nodes", "spaces", "policies"})
    void shouldRefuseADeviceThatThePolicyCannotDrive(String verb) {
        Answer answer = session.run((verb + " --policy cdm --profile cxl-type3").split(" ", -1));
        assertThat(answer.status()).isEqualTo(ExitStatus.BAD_INPUT);
        assertThat(answer.err().lines())
                .singleElement()
                .asString()
                .startsWith("moraine: policy cdm is refused")
                .contains("gpu0 (node 2) is not coherent");
    }

    @Test
    void shouldCallTheLastResortRamOnlyEverywhere() {
        assertThat(done("run", "--live", "--workload", "stencil", "--size", "6", "--policy", "ram-only"))
                .containsPattern("(?m)^policy +ram-only$");
        assertThat(done("nodes", "--policy", "ram-only")).contains("policy ram-only");
        done("policy", "use", "hmm");
        assertThat(done("policy", "use", "ram-only")).containsPattern("(?m)^new policy +ram-only$");
        assertThat(done("policies"))
                .containsPattern("(?m)^ram-only +moraine\\.core\\.impl \\(last resort\\) +active as ram-only$");
    }

    @Test
    void shouldSayThatPagesStayOnADeviceUnderRamOnly() {
        Matcher found =
                Pattern.compile("(?m)^pages on devices +([1-9][\\d,]*)$").matcher(done("policy", "use", "cdm"));
        assertThat(found.find()).isTrue();
        assertThat(done("policy", "use", "ram-only"))
                .containsPattern("(?m)^pages of old type +0$")
                .containsPattern("(?m)^pages on devices +" + found.group(1) + "$");
    }

    @Test
    void shouldSayThatNodesAreNotScaled() {
        Answer answer = session.run("nodes", "--device-memory", "64MiB");
        assertThat(answer.status()).isZero();
        assertThat(answer.err()).startsWith("note: --device-memory counts for what runs");
        assertThat(answer.out()).contains("89.4 GiB");
    }

    @Test
    void shouldSayWhichSizesCountForWhatRuns() {
        assertThat(session.run("policies", "--swap", "1MiB", "--memory", "70%").err())
                .isEqualTo("note: --memory and --swap count for what runs; nothing has run, so nodes are as the profile"
                        + " says" + System.lineSeparator());
    }

    @Test
    void shouldHelpWhoMisspellsAPlugInOrItsParameter() {
        refused("no plug-in is named CDM; did you mean cdm?", "parameters", "CDM");
        refused(
                "the name is empty; leave it out for all plug-ins; there are cdm, first-touch, gpu, hmm, managed,"
                        + " reclaim",
                "parameters",
                "");
        refused("no policy \"cmd\"; did you mean cdm?", "run", "--policy", "cmd(isolation=mask)");
        assertThat(session.run("run", "--policy", "cdm(isolatoin=mask)").err())
                .contains("cdm has no parameter isolatoin, only ", "; did you mean isolation?");
    }

    @Test
    void shouldGiveADriverTheParametersOfItsProfile(@TempDir Path folder) throws IOException {
        assertThat(done("help", "parameters")).contains("threshold: 64");
        String usual = "parameters: {coherent: true, faulting: true}";
        try (InputStream in = Objects.requireNonNull(
                SimulationService.class.getResourceAsStream("/moraine/sim/profile/gh200.yaml"))) {
            String profile = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(profile).contains(usual);
            Path mine = folder.resolve("my.yaml");
            Files.writeString(mine, profile.replace(usual, "parameters: {coherent: true, threshold: 64}"));
            String[] run = {"run", "--workload", "stencil", "--size", "6", "--profile", mine.toString()};
            assertThat(done(run)).contains("right: ");
            Files.writeString(mine, profile.replace(usual, "parameters: {coherent: true, treshold: 64}"));
            assertThat(session.run(run).err()).contains("has no parameter treshold", "; did you mean threshold?");
        }
    }

    @Test
    void shouldRunOnAMachineWithoutADevice() {
        assertThat(done("run", "--live", "--workload", "vector-add", "--size", "6", "--profile", "knl-mcdram"))
                .contains("right: ");
    }
}
