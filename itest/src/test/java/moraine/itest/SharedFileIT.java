package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import moraine.itest.container.Container;
import moraine.itest.container.MoraineContainer;
import moraine.itest.container.Probe;
import moraine.testkit.AddOne;
import moraine.testkit.Invariants;
import moraine.testkit.JvmThreads;
import moraine.testkit.cdm.TwoDevices;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A shared file that is moved to a device, written there by CPU and device, and synced, reads back byte for byte in
 * another process. Where the device's memory may hold no file the pages stay in RAM, and all else is the same. A
 * strategy that moves pages to the device which faults fetches some again at the end.
 */
@Container
final class SharedFileIT {
    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '\'', textBlock = """
            cdm(isolation=zonelist),      64,  0, true
            cdm(isolation=cpuset),        64,  0, true
            cdm(isolation=mask),          64,  0, true
            hmm(memory=coherent),         64, 32, true
            managed(features=user_numa),   0,  0, false
            hmm,                           0,  0, false
            """)
    void shouldReadBackInAnotherProcess(
            String policy, String moved, String fetched, boolean bounced, MoraineContainer container) throws Exception {
        Map<String, String> answer;
        try (Probe probe = container.probe(
                SharedFileRun.class,
                FileDigest.class,
                TwoDevices.class,
                AddOne.class,
                Invariants.class,
                JvmThreads.class)) {
            answer = probe.call(
                    SharedFileRun.class,
                    Map.of("policy", policy, "folder", folder.toString(), "classpath", classPath()));
        }

        assertThat(answer)
                .as(answer::toString)
                .containsEntry("moved", moved)
                .containsEntry("fetched", fetched)
                .containsEntry("violations", "[]");
        for (String time : new String[] {"first", "device", "both", "home"}) {
            assertThat(answer).containsEntry(time, "equal");
        }
        assertThat(Long.parseLong(answer.getOrDefault("bounced", "0")) > 0)
                .as("pages written from memory that storage does not reach")
                .isEqualTo(bounced);
    }

    private static String classPath() {
        return Path.of(URI.create(FileDigest.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toString()))
                .toString();
    }
}
