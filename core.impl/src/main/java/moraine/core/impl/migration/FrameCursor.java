package moraine.core.impl.migration;

import moraine.core.impl.frames.Frames;

/** Goes round the frames of one node, in ascending order, from where the last round stopped. */
public final class FrameCursor {
    private final Frames frames;
    private final int node;
    private int section;
    private int offset;

    /** @param position as {@link #position} gave it, or 0 */
    public FrameCursor(Frames frames, int node, long position) {
        this.frames = frames;
        this.node = node;
        this.section = (int) (position >>> 32);
        this.offset = (int) position;
    }

    /** {@return the next frame of the node, or -1 when it has none} */
    public long next() {
        int sections = frames.sections();
        for (int tried = 0; tried <= sections; tried++) {
            if (section < sections && offset < frames.pages(section) && node(section) == node) {
                return frames.firstPfn(section) + offset++;
            }
            section = section + 1 < sections ? section + 1 : 0;
            offset = 0;
        }
        return -1;
    }

    private int node(int index) {
        return frames.created(index) && frames.pages(index) > 0 ? frames.node(frames.firstPfn(index)) : -1;
    }

    public long position() {
        return (long) section << 32 | offset;
    }
}
