package moraine.core.api.model;

/**
 * A figure of a topology profile with where it comes from.
 *
 * @param value in {@code unit}
 * @param unit of the value: ns, GB/s (10^9 bytes), GiB, bytes, ways, lines
 * @param source publication or measurement, or "assumption"
 * @param confidence how far to trust it
 */
public record Quantity(double value, String unit, String source, Confidence confidence) {
    /** How far a figure can be trusted. */
    public enum Confidence {
        /** A published measurement. */
        A,
        /** A vendor's figure or theory. */
        B,
        /** Unverified. */
        C
    }

    public Quantity {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw MoraineException.caller(
                    Errno.EINVAL, "quantity " + value + " " + unit + " is not a finite number >= 0");
        }
    }

    public static Quantity assumed(double value, String unit) {
        return new Quantity(value, unit, "assumption", Confidence.C);
    }
}
