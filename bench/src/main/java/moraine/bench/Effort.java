package moraine.bench;

/**
 * How long to measure.
 *
 * @param warmNs of each side before the first round that counts, at least; it goes on while rounds get faster
 * @param rounds that count
 */
record Effort(long warmNs, int rounds) {
    static final Effort QUICK = new Effort(400_000_000L, 15);
    static final Effort FULL = new Effort(2_000_000_000L, 61);
}
