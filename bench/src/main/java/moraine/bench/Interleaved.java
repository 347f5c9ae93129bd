package moraine.bench;

/**
 * Measures two sides in one process, round about: whatever else the machine does meets both. Which side goes first
 * changes every round.
 */
final class Interleaved {
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

    private static void warm(Side side, Effort effort) {
        long spent = 0;
        for (int turn = 0; turn < 3 || spent < effort.warmNs(); turn++) {
            side.prepare();
            spent += Stopwatch.timeNs(side::run);
        }
    }

    private static double perOperation(Duel duel, Side side) {
        side.prepare();
        return (double) Stopwatch.timeNs(side::run) / duel.operations();
    }
}
