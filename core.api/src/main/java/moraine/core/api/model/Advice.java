package moraine.core.api.model;

/**
 * What an application tells of a range of its memory, as {@code madvise} and drivers' hints do.
 *
 * @param kind what it says
 * @param node the node it speaks of, {@link #NO_NODE} where it speaks of none
 */
public record Advice(Kind kind, int node) {
    /** Stands for no node. */
    public static final int NO_NODE = -1;

    /**
     * The content is not needed unless it is written again (Linux MADV_FREE): until then it may be dropped instead of
     * moved, and reads find zeros from then on. A write keeps the page. Private memory that a fork shares, and pinned
     * pages, are left alone.
     */
    public static final Advice FREE = new Advice(Kind.FREE, NO_NODE);

    /**
     * The content is dead: pages are dropped now, wherever they are, with no byte copied, and reads find zeros (Linux
     * MADV_DONTNEED on anonymous memory). A pin keeps its frames, but they are not the range's any more.
     */
    public static final Advice DEAD = new Advice(Kind.DEAD, NO_NODE);

    /**
     * First touches of aligned 2 MiB make one page wherever one is free, whatever the plan in force says (Linux
     * MADV_HUGEPAGE).
     */
    public static final Advice HUGEPAGE = new Advice(Kind.HUGEPAGE, NO_NODE);

    /** First touches make pages of 4 KiB, whatever the plan says; what there is stays (Linux MADV_NOHUGEPAGE). */
    public static final Advice NOHUGEPAGE = new Advice(Kind.NOHUGEPAGE, NO_NODE);

    /**
     * Each aligned 2 MiB of the range is to be one page in RAM, now: small pages are copied together, those of devices
     * come home, untouched ones become zeros (Linux MADV_COLLAPSE). What is one page in RAM already stays as it is.
     */
    public static final Advice COLLAPSE = new Advice(Kind.COLLAPSE, NO_NODE);

    /** Kinds of advice. */
    public enum Kind {
        FREE,
        DEAD,
        HUGEPAGE,
        NOHUGEPAGE,
        COLLAPSE
    }
}
