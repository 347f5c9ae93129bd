package moraine.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * Times of both sides, round by round.
 *
 * @param moraineNs per operation
 * @param referenceNs per operation, in the round of the same index
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read by nobody else
record Samples(double[] moraineNs, double[] referenceNs) {
    /** {@return Moraine's time over the reference's, the median over rounds} */
    double ratio() {
        return quantile(ratios(), 0.5);
    }

    /** {@return half of what the middle half of the ratios spans, as a share of the median} */
    double spread() {
        double[] ratios = ratios();
        return (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / quantile(ratios, 0.5);
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "%.4g ns against %.4g ns, +-%.1f %%",
                quantile(moraineNs, 0.5),
                quantile(referenceNs, 0.5),
                100 * spread());
    }

    private double[] ratios() {
        double[] ratios = new double[moraineNs.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = moraineNs[i] / referenceNs[i];
        }
        return ratios;
    }

    static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
