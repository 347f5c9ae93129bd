package moraine.core.api.model;

import org.jspecify.annotations.Nullable;

/**
 * A row of a plan's table of device actions; the first row that matches decides.
 *
 * @param initiator device node that touched the page, or null for any
 * @param resident memory type of the page now, {@link #HOLE} where there is none, or null for any
 * @param intent of the touch, or null for any
 * @param action what to do
 */
public record DeviceRule(
        @Nullable Integer initiator,
        @Nullable String resident,
        @Nullable Intent intent,
        DeviceAction action) {
    /** Stands for "no page yet" in {@link #resident}. */
    public static final String HOLE = "(hole)";

    public static DeviceRule always(DeviceAction action) {
        return new DeviceRule(null, null, null, action);
    }
}
