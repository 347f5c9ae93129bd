package moraine.bench;

/**
 * Measures two sides in one process, round about: whatever else the machine does meets both. Which side goes first
 * changes every round.
 */
final class Interleaved {
    /** Turns without a better one after which a side is warm; compilers bring one in jumps. */
    private static final int STEADY_TURNS = 16;
    /** What counts as better. */
    private static final double GAIN = 0.98;
    /** As a multiple of the least: then the machine is too busy to tell. */
    private static final int LONGEST_WARMING = 10;

    private Interleaved() {}

    static Samples measure(Duel duel, Effort effort) {
        warm(duel.moraine(), effort);
        warm(duel.reference(), effort);
        double[] moraine = new double[effort.rounds()];
        double[] reference = new double[effort.rounds()];
        for (int round = 0; round < effort.rounds(); round++) {
            if ((round & 1) == 0) {
                moraine[round] = perOperation(duel, duel.moraine());
                reference[round] = perOperation(duel, duel.reference());
            } else {
                reference[round] = perOperation(duel, duel.reference());
                moraine[round] = perOperation(duel, duel.moraine());
            }
        }
        return new Samples(moraine, reference);
    }

    /** The first turn alone, interpreted, may take as long as all of the least; so time says little, gain does. */
    private static void warm(Side side, Effort effort) {
        long spent = 0;
        double best = Double.MAX_VALUE;
        int steady = 0;
        while (spent < effort.warmNs() || steady < STEADY_TURNS && spent < LONGEST_WARMING * effort.warmNs()) {
            side.prepare();
            long ns = Stopwatch.timeNs(side::run);
            spent += ns;
            steady = ns < GAIN * best ? 0 : steady + 1;
            best = Math.min(best, (double) ns);
        }
    }

    private static double perOperation(Duel duel, Side side) {
        side.prepare();
        return (double) Stopwatch.timeNs(duel.parallel(), side::run) / duel.operations();
    }
}
