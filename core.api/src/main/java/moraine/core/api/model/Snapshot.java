package moraine.core.api.model;

import java.util.StringJoiner;

/**
 * The bytes of a snapshot, one a page, as the kernel's test device shows them (lib/test_hmm_uapi.h). A byte is
 * {@link #ERROR} alone, {@link #NONE} alone, or a kind of page with {@link #READ} or {@link #WRITE} and the size of its
 * leaf. A private page of another owner is {@link #NONE}, not remote.
 */
public final class Snapshot {
    /** No mapping, or one that does not allow reading. */
    public static final byte ERROR = (byte) 0xFF;
    /** Nothing that the device could use; a fault would bring it. */
    public static final byte NONE = 0x00;

    public static final byte READ = 0x01;
    public static final byte WRITE = 0x02;
    /** Mapped by a 2 MiB leaf. */
    public static final byte PMD = 0x04;
    /** Mapped by a 1 GiB leaf. */
    public static final byte PUD = 0x08;

    public static final byte ZERO = 0x10;
    public static final byte DEV_PRIVATE_LOCAL = 0x20;
    /** In private memory of another device of the same owner. */
    public static final byte DEV_PRIVATE_REMOTE = 0x30;

    public static final byte DEV_COHERENT_LOCAL = 0x40;
    public static final byte DEV_COHERENT_REMOTE = 0x50;

    private static final int KIND = 0xF0;

    private Snapshot() {}

    /** {@return whether the page is in the memory of the device that was asked} */
    public static boolean local(byte page) {
        int kind = page & KIND;
        return page != ERROR && (kind == DEV_PRIVATE_LOCAL || kind == DEV_COHERENT_LOCAL);
    }

    /** {@return the byte in words, such as {@code DEV_PRIVATE_LOCAL|WRITE|PMD}} */
    public static String text(byte page) {
        if (page == ERROR) {
            return "ERROR";
        }
        if (page == NONE) {
            return "NONE";
        }
        StringJoiner text = new StringJoiner("|");
        switch (page & KIND) {
            case 0 -> {}
            case ZERO -> text.add("ZERO");
            case DEV_PRIVATE_LOCAL -> text.add("DEV_PRIVATE_LOCAL");
            case DEV_PRIVATE_REMOTE -> text.add("DEV_PRIVATE_REMOTE");
            case DEV_COHERENT_LOCAL -> text.add("DEV_COHERENT_LOCAL");
            case DEV_COHERENT_REMOTE -> text.add("DEV_COHERENT_REMOTE");
            default -> text.add("0x" + Integer.toHexString(page & KIND));
        }
        add(text, page, READ, "READ");
        add(text, page, WRITE, "WRITE");
        add(text, page, PMD, "PMD");
        add(text, page, PUD, "PUD");
        return text.toString();
    }

    private static void add(StringJoiner text, byte page, byte bit, String name) {
        if ((page & bit) != 0) {
            text.add(name);
        }
    }
}
