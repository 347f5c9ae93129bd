package moraine.sim.workload;

/**
 * How a workload ended.
 *
 * @param right whether the result was as computed without the machine
 * @param detail what was compared, or the first difference
 */
public record Outcome(boolean right, String detail) {
    static Outcome right(String detail) {
        return new Outcome(true, detail);
    }

    static Outcome wrong(String detail) {
        return new Outcome(false, detail);
    }
}
