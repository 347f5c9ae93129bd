package moraine.core.api.model;

/**
 * A number of the mechanism that a machine is made with: a limit, a deadline, how much is done at a time. Which page
 * goes where is the policy's and not tuned here.
 *
 * @param name such as {@code range.timeout}
 * @param unit of all its values, such as {@code ms}
 * @param value the machine's, for as long as it lives
 * @param usual value of a machine that asks for no other
 * @param least that is accepted
 * @param most that is accepted
 * @param description what it does
 * @param source where the usual value comes from
 */
public record Tunable(
        String name, String unit, long value, long usual, long least, long most, String description, String source) {}
