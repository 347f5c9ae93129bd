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
     * Only private memory that shows no file and that no handler fills; EINVAL elsewhere.
     */
    public static final Advice COLLAPSE = new Advice(Kind.COLLAPSE, NO_NODE);

    /**
     * Pages of the range may be merged with others of equal content, as far as the type of their memory and a daemon
     * allow (Linux MADV_MERGEABLE). Only pages of 4 KiB of private anonymous memory ever are; who writes to one gets a
     * copy of its own.
     */
    public static final Advice MERGEABLE = new Advice(Kind.MERGEABLE, NO_NODE);

    /**
     * The opposite of {@link #MERGEABLE}: no page of the range is merged any more, and each that is gets a copy of its
     * own now (Linux MADV_UNMERGEABLE). ENOMEM or EDQUOT when there is no page for one; those before it are done. Pages
     * of a mapping that allows nothing keep what they show until it allows something.
     */
    public static final Advice UNMERGEABLE = new Advice(Kind.UNMERGEABLE, NO_NODE);

    /**
     * The content is not needed any more: pages are dropped, wherever they are, with no byte copied, and reads find
     * zeros (UVM_DISCARD).
     */
    public static final Advice DISCARD = new Advice(Kind.DISCARD, NO_NODE);

    /** No node is preferred any more. */
    public static final Advice NO_PREFERRED_LOCATION = new Advice(Kind.UNSET_PREFERRED_LOCATION, NO_NODE);

    /**
     * The content is read far more often than written, by several processors (cudaMemAdviseSetReadMostly). A device
     * that reads a page of private memory elsewhere gets a duplicate of it in its own memory, as long as there are free
     * pages; the page stays where it is, and everybody reads. A write by anybody takes all duplicates away first. For
     * reads it outweighs a preferred location.
     */
    public static final Advice READ_MOSTLY = new Advice(Kind.READ_MOSTLY, NO_NODE);

    /** The opposite of {@link #READ_MOSTLY}: no duplicates are made any more, and those of the range go now. */
    public static final Advice NOT_READ_MOSTLY = new Advice(Kind.UNSET_READ_MOSTLY, NO_NODE);

    /**
     * Pages of files are read as they are touched, and ahead of runs of touches (Linux MADV_NORMAL); it is so unasked.
     */
    public static final Advice NORMAL = new Advice(Kind.NORMAL, NO_NODE);

    /** Pages of files are touched one after another: much is read ahead (Linux MADV_SEQUENTIAL). */
    public static final Advice SEQUENTIAL = new Advice(Kind.SEQUENTIAL, NO_NODE);

    /** Pages of files are touched in no order: nothing is read ahead (Linux MADV_RANDOM). */
    public static final Advice RANDOM = new Advice(Kind.RANDOM, NO_NODE);

    /** Pages of files are touched soon: they are read now, as far as there is room (Linux MADV_WILLNEED). */
    public static final Advice WILLNEED = new Advice(Kind.WILLNEED, NO_NODE);

    /** Kinds of advice. */
    public enum Kind {
        /** Pages of files are read ahead of runs of touches. */
        NORMAL,
        /** Pages of files are touched one after another. */
        SEQUENTIAL,
        /** Pages of files are touched in no order. */
        RANDOM,
        /** Pages of files are touched soon. */
        WILLNEED,
        /** The content is not needed unless it is written again. */
        FREE,
        /** The content is dead. */
        DEAD,
        /** Aligned first touches make 2 MiB pages. */
        HUGEPAGE,
        /** First touches make pages of 4 KiB. */
        NOHUGEPAGE,
        /** Small pages become 2 MiB pages now. */
        COLLAPSE,
        /** Pages may be merged with others of equal content. */
        MERGEABLE,
        /** Takes MERGEABLE back. */
        UNMERGEABLE,
        /** Pages belong on a node: see {@link Advice#preferredLocation}. */
        PREFERRED_LOCATION,
        /** Takes PREFERRED_LOCATION back. */
        UNSET_PREFERRED_LOCATION,
        /** A device goes on accessing pages wherever they are: see {@link Advice#accessedBy}. */
        ACCESSED_BY,
        /** Takes ACCESSED_BY back for one device. */
        UNSET_ACCESSED_BY,
        /** Pages are duplicated for devices that read them: see {@link Advice#READ_MOSTLY}. */
        READ_MOSTLY,
        /** Takes READ_MOSTLY back. */
        UNSET_READ_MOSTLY,
        /** Pages are wanted on a node soon: see {@link Advice#prefetch}. */
        PREFETCH,
        /** The content is not needed any more. */
        DISCARD
    }

    /**
     * {@return the hint that pages belong on a node (cudaMemAdviseSetPreferredLocation)} Nothing moves now. A touch
     * makes a page there if its processor can reach that memory; a fault of that device brings the page; a fault of
     * another device that can reach it maps it where it is. A CPU that cannot address the node still brings pages home.
     */
    public static Advice preferredLocation(int node) {
        return new Advice(Kind.PREFERRED_LOCATION, node);
    }

    /**
     * {@return the hint that a device keeps translations of pages (cudaMemAdviseSetAccessedBy)} Pages that it can reach
     * where they are get translations now, and again after each move, so that the device does not fault. Pages do not
     * move for it, and holes are not filled.
     *
     * @param device the device's node
     */
    public static Advice accessedBy(int device) {
        return new Advice(Kind.ACCESSED_BY, device);
    }

    /** {@return the opposite of {@link #accessedBy}; translations that are there stay} */
    public static Advice notAccessedBy(int device) {
        return new Advice(Kind.UNSET_ACCESSED_BY, device);
    }

    /**
     * {@return the wish that pages move to a node before the call returns (cudaMemPrefetchAsync)} Holes of private
     * memory are made there. A full device evicts older pages; what finds no room stays where it is. A device that is
     * attached to the space gets translations of what came.
     */
    public static Advice prefetch(int node) {
        return new Advice(Kind.PREFETCH, node);
    }
}
