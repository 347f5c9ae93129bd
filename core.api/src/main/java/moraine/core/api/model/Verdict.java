package moraine.core.api.model;

/**
 * A plug-in's answer to whether it can drive a machine.
 *
 * @param accepted whether it can
 * @param reason why not, in a clause that names the device or node; empty when accepted
 */
public record Verdict(boolean accepted, String reason) {
    public static final Verdict YES = new Verdict(true, "");

    public static Verdict no(String reason) {
        return new Verdict(false, reason);
    }
}
