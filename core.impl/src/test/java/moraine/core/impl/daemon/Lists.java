package moraine.core.impl.daemon;

/** Makes lists of folios for tests elsewhere. */
public final class Lists {
    private Lists() {}

    public static FolioList of(int capacity) {
        return new FolioList(new Object(), capacity);
    }
}
