package moraine.core.api.driver;

/** Thrown through a block's step when a translation is missing; the driver parks the block. One instance, no stack. */
@SuppressWarnings("StaticAssignmentOfThrowable") // thrown on a fault path, which must not allocate
public final class PageFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final PageFault INSTANCE = new PageFault();

    private PageFault() {
        super("device page fault", null, false, false);
    }
}
