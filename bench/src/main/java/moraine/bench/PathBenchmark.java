package moraine.bench;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every path as JMH benchmarks, for its profilers: a round of Moraine, and a round of what it is compared with. Ratios
 * come from {@link Ratios}, which measures both in one process; here each has a process of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 7, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class PathBenchmark {
    /** A path, opened for one side. */
    @State(Scope.Thread)
    public abstract static class Opened {
        /** Key of the path. */
        @Param({
            "allocate",
            "allocate-buddy",
            "fault",
            "fault-zero",
            "tlb",
            "tlb-sequential",
            "tlb-chain",
            "migrate",
            "migrate-out-4k-1",
            "migrate-out-4k-2",
            "migrate-home-4k-1",
            "migrate-home-4k-2",
            "migrate-out-2m-1",
            "migrate-out-2m-2",
            "migrate-home-2m-1",
            "migrate-home-2m-2",
            "snapshot",
            "policy"
        })
        public String path = "";

        private @Nullable Duel duel;
        private @Nullable Side side;

        abstract Side choose(Duel from);

        /** Opens the path. */
        @Setup(Level.Trial)
        public void open() {
            duel = Duels.open(path);
            side = choose(duel);
        }

        /** Makes the next round possible; a round is long enough for JMH to leave this out. */
        @Setup(Level.Invocation)
        public void prepare() {
            Objects.requireNonNull(side).prepare();
        }

        void round() {
            Objects.requireNonNull(side).run();
        }

        /** Closes the path. */
        @TearDown(Level.Trial)
        public void close() {
            Objects.requireNonNull(duel).close();
        }
    }

    /** Moraine's side. */
    public static class OfMoraine extends Opened {
        @Override
        Side choose(Duel from) {
            return from.moraine();
        }
    }

    /** The other side. */
    public static class OfReference extends Opened {
        @Override
        Side choose(Duel from) {
            return from.reference();
        }
    }

    /** A round of Moraine. */
    @Benchmark
    public void moraine(OfMoraine side) {
        side.round();
    }

    /** A round of what it is compared with. */
    @Benchmark
    public void reference(OfReference side) {
        side.round();
    }
}
