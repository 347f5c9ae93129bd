package moraine.core.impl.cache;

import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * What an agent's operation on files leaves to be done when it holds nothing any more: pages to read ahead, and a wait
 * for writing back. Confined to the agent.
 */
public final class Afterwork {
    private @Nullable FileObject ahead;
    private @Nullable Vma vma;
    private long first;
    private int pages;
    private int initiator;
    private boolean dirtied;

    /** Pages of a file are to be read. */
    public void readAhead(FileObject file, long from, int count, @Nullable Vma mapping, int node) {
        ahead = file;
        vma = mapping;
        first = from;
        pages = count;
        initiator = node;
    }

    /** A page became dirty. */
    public void dirtied() {
        dirtied = true;
    }

    /** {@return whether there is anything to do} */
    boolean any() {
        return dirtied || ahead != null;
    }

    /** {@return whether a page became dirty since it was asked} */
    boolean takeDirtied() {
        boolean was = dirtied;
        dirtied = false;
        return was;
    }

    /** {@return the file to be read, once} */
    @Nullable
    FileObject takeAhead() {
        FileObject file = ahead;
        ahead = null;
        return file;
    }

    /** {@return the mapping that is touched, once, or null} */
    @Nullable
    Vma takeVma() {
        Vma mapping = vma;
        vma = null;
        return mapping;
    }

    long first() {
        return first;
    }

    int pages() {
        return pages;
    }

    int initiator() {
        return initiator;
    }
}
