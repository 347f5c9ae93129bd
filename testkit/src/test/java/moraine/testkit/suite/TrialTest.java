package moraine.testkit.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TrialTest {
    static Stream<Throwable> failures() {
        return Stream.of(
                new AssertionError("wrong"),
                new IllegalStateException("early"),
                new NoSuchMethodError("old"),
                new StackOverflowError("deep"),
                new OutOfMemoryError("large"),
                new InternalError("broken"),
                new Exception("checked, and thrown all the same"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldFailARowWhateverIsThrownAndGoOn(Throwable failure) {
        List<Outcome> outcomes = Trial.run(List.of(throwing(failure), new Trial("next", "any", _ -> {})), _ -> {});

        assertThat(outcomes).extracting(Outcome::result).containsExactly("failed", "passed");
        assertThat(outcomes.getFirst().failure()).isSameAs(failure);
        assertThat(outcomes.getFirst().notes()).containsExactly("begun");
    }

    @Test
    void shouldEndWithAnInterrupt() {
        var interrupt = new InterruptedException("enough");
        Trial trial = throwing(interrupt);
        assertThatThrownBy(trial::run).isSameAs(interrupt);
    }

    private static Trial throwing(Throwable failure) {
        return new Trial("one", "any", notes -> {
            notes.accept("begun");
            TrialTest.<RuntimeException>sneak(failure);
        });
    }

    /** Throws what need not be declared. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }
}
