package moraine.core.impl.frames;

/**
 * Who used a page since the last census of its node, and for how many rounds nobody did, in a byte a frame.
 *
 * <pre>
 *  7               2    1       0
 * +-----------------+--------+-----+
 * | rounds unused   | device | CPU |
 * +-----------------+--------+-----+
 * </pre>
 */
public final class Uses {
    public static final int CPU = 1;
    public static final int DEVICE = 1 << 1;
    /** Most rounds that are counted. */
    public static final int MOST = 63;

    private static final int BY = CPU | DEVICE;
    private static final int SHIFT = 2;

    private Uses() {}

    /** {@return whether anybody used the page since the last round} */
    public static boolean any(int marks) {
        return (marks & BY) != 0;
    }

    /** {@return rounds that ended without a use} */
    public static int unused(int marks) {
        return any(marks) ? 0 : marks >>> SHIFT;
    }

    /** {@return marks of a page that a round has just counted} */
    public static int counted(int rounds) {
        return Math.min(rounds, MOST) << SHIFT;
    }
}
