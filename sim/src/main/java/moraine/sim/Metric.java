package moraine.sim;

/**
 * A column of figures.
 *
 * @param name for people
 * @param key for programs
 * @param unit of the raw figures
 * @param shown how a table shows them
 * @param description what is measured, a sentence
 */
public record Metric(String name, String key, String unit, Shown shown, String description) {
    /** How a table shows a raw figure: divided, with so many decimals, under another unit. */
    public enum Shown {
        COUNT("", 1, 0),
        RATIO("", 1, 2),
        NS_AS_MS("ms", 1e6, 3),
        BYTES_AS_MIB("MiB", 1 << 20, 1);

        private final String unit;
        private final double divisor;
        private final int decimals;

        Shown(String unit, double divisor, int decimals) {
            this.unit = unit;
            this.divisor = divisor;
            this.decimals = decimals;
        }

        public String unit() {
            return unit;
        }

        public double divisor() {
            return divisor;
        }

        public int decimals() {
            return decimals;
        }
    }
}
