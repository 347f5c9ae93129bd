package moraine.bench;

/**
 * A row of the table: a path, what it may cost, how it is measured.
 *
 * @param key short name, for choosing rows
 * @param path for people
 * @param measurement measures it
 */
record Row(String key, String path, Budget budget, Measurement measurement) {
    /** Measures one path. */
    @FunctionalInterface
    interface Measurement {
        Figure measure(Effort effort);
    }

    /**
     * What was measured.
     *
     * @param value in the budget's unit
     * @param detail where it comes from, for people
     */
    record Figure(double value, String detail) {}

    /** The row of a duel: its figure is Moraine's time over the reference's, or its inverse where more is better. */
    static Row of(String key, String path, Budget budget) {
        return new Row(key, path, budget, effort -> {
            try (Duel duel = Duels.open(key)) {
                Samples samples = Interleaved.measure(duel, effort);
                double value = budget.most() ? samples.ratio() : 1 / samples.ratio();
                return new Figure(value, samples.text());
            }
        });
    }
}
