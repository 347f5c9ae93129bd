package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing below the launcher takes time, threads, waiting or randomness from the JDK. */
final class ForbiddenCallsTest {
    private static final Workspace WORKSPACE = Workspace.find();

    static List<String> modules() throws IOException {
        return WORKSPACE.bundleFolders().stream()
                .filter(folder -> !List.of("launcher", "testkit").contains(folder))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void shouldUseWhatIsInjected(String folder) throws IOException {
        List<Path> classFiles = WORKSPACE.classFiles(folder);
        List<String> found = new ArrayList<>();
        for (Path classFile : classFiles) {
            found.addAll(rules().in(Files.readAllBytes(classFile)));
        }

        assertThat(classFiles).isNotEmpty();
        assertThat(found)
                .as("calls of %s that cnf/forbidden-calls lists", folder)
                .isEmpty();
    }

    @Test
    void shouldCatchACall() throws IOException {
        assertThat(rules().in(bytesOf(Calls.class)))
                .containsExactlyInAnyOrder(
                        Calls.class.getName() + " -> java.util.concurrent.locks.LockSupport.parkNanos",
                        Calls.class.getName() + " -> java.lang.Math.random");
    }

    @Test
    void shouldCatchAMethodReference() throws IOException {
        assertThat(rules().in(bytesOf(References.class)))
                .containsExactly(References.class.getName() + " -> java.lang.System.nanoTime");
    }

    @Test
    void shouldTellASeededGeneratorFromAnUnseededOne() throws IOException {
        assertThat(rules().in(bytesOf(Seeded.class))).isEmpty();
        assertThat(rules().in(bytesOf(Unseeded.class)))
                .containsExactly(Unseeded.class.getName() + " -> java.util.Random.<init>");
    }

    @Test
    void shouldCatchASubclassOfThread() throws IOException {
        assertThat(rules().in(bytesOf(Runner.class)))
                .containsExactly(Runner.class.getName() + " -> java.lang.Thread.<init>");
    }

    private static ForbiddenCalls rules() throws IOException {
        return new ForbiddenCalls(WORKSPACE.list("forbidden-calls"));
    }

    private static byte[] bytesOf(Class<?> type) throws IOException {
        String file = type.getName().replace('.', '/') + ".class";
        try (InputStream in = Objects.requireNonNull(type.getClassLoader()).getResourceAsStream(file)) {
            return Objects.requireNonNull(in, file).readAllBytes();
        }
    }

    static final class Calls {
        static double call() {
            LockSupport.parkNanos(1);
            return Math.random();
        }
    }

    static final class References {
        static final LongSupplier CLOCK = System::nanoTime;
    }

    static final class Seeded {
        static final Random RANDOM = new Random(42);
    }

    static final class Unseeded {
        static final Random RANDOM = new Random();
    }

    static final class Runner extends Thread {}
}
