package moraine.itest.soak;

/** Memory held something else than was written. */
final class Mismatch extends AssertionError {
    private static final long serialVersionUID = 1;

    Mismatch(String message) {
        super(message);
    }
}
