package moraine.sim.profile;

import java.util.Map;
import moraine.core.api.model.Quantity;

/** What a figure of a profile measures, and the units it may be written in, each with its factor to the first. */
enum Units {
    TIME("ns"),
    BANDWIDTH("GB/s"),
    SIZE("bytes"),
    WAYS("ways"),
    LINES("lines"),
    SHARE("share"),
    ENGINES("engines");

    private static final Map<String, Double> TIMES = Map.of("ns", 1.0, "us", 1e3, "ms", 1e6);
    private static final Map<String, Double> BANDWIDTHS = Map.of("GB/s", 1.0, "TB/s", 1e3);
    private static final Map<String, Double> SIZES =
            Map.of("bytes", 1.0, "KiB", 0x1p10, "MiB", 0x1p20, "GiB", 0x1p30, "KB", 1e3, "MB", 1e6, "GB", 1e9);

    private final String unit;

    Units(String unit) {
        this.unit = unit;
    }

    private Map<String, Double> factors() {
        return switch (this) {
            case TIME -> TIMES;
            case BANDWIDTH -> BANDWIDTHS;
            case SIZE -> SIZES;
            case WAYS, LINES, SHARE, ENGINES -> Map.of(unit, 1.0);
        };
    }

    /** Reads a figure and brings it to the kind's own unit. */
    Quantity read(Field field) {
        field.only("value", "unit", "source", "confidence");
        String written = field.child("unit").text();
        Double factor = factors().get(written);
        if (factor == null) {
            throw field.child("unit")
                    .error("is " + written + "; give one of "
                            + String.join(
                                    ", ", factors().keySet().stream().sorted().toList()));
        }
        double value = field.child("value").number() * factor;
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw field.child("value").error("is " + value + "; give a finite number >= 0");
        }
        return new Quantity(value, unit, field.child("source").text(), confidence(field.child("confidence")));
    }

    /** Reads a figure that is divided by. */
    Quantity readPositive(Field field) {
        Quantity quantity = read(field);
        if (quantity.value() == 0) {
            throw field.child("value").error("is 0; give a number > 0");
        }
        return quantity;
    }

    private static Quantity.Confidence confidence(Field field) {
        return switch (field.text()) {
            case "A" -> Quantity.Confidence.A;
            case "B" -> Quantity.Confidence.B;
            case "C" -> Quantity.Confidence.C;
            default -> throw field.error("is " + field.text() + "; give A (measured), B (vendor) or C (unverified)");
        };
    }
}
