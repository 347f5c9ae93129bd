package moraine.core.impl.migration;

import java.util.Arrays;
import moraine.core.impl.Agent;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.space.SpaceImpl;
import org.jspecify.annotations.Nullable;

/**
 * The ranges that a batch has announced to notifiers, and the spaces whose contexts it still has to shoot down. Kept
 * until the batch is through, so that no device reads a translation that is on its way.
 */
public final class Announcements implements ReverseMap.Announcer {
    private @Nullable SpaceImpl[] spaces = new SpaceImpl[16];
    private long[] starts = new long[16];
    private long[] ends = new long[16];
    private @Nullable SpaceImpl[] changed = new SpaceImpl[4];
    private int size;
    private int changedSize;

    @Override
    public void announce(SpaceImpl space, long address, long bytes) {
        for (int i = 0; i < size; i++) {
            if (spaces[i] == space && starts[i] <= address && address + bytes <= ends[i]) {
                return;
            }
        }
        if (size == spaces.length) {
            spaces = Arrays.copyOf(spaces, size * 2);
            starts = Arrays.copyOf(starts, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
        }
        spaces[size] = space;
        starts[size] = address;
        ends[size] = address + bytes;
        size++;
        space.notifiers().start(Notifiers.Event.MIGRATE, address, address + bytes);
    }

    @Override
    public void changed(SpaceImpl space) {
        for (int i = 0; i < changedSize; i++) {
            if (changed[i] == space) {
                return;
            }
        }
        if (changedSize == changed.length) {
            changed = Arrays.copyOf(changed, changedSize * 2);
        }
        changed[changedSize++] = space;
    }

    /** Waits until no CPU uses an entry that was changed. */
    public void shootDown(Agent agent) {
        for (int i = 0; i < changedSize; i++) {
            changed[i].shootDown(agent);
        }
        Arrays.fill(changed, 0, changedSize, null);
        changedSize = 0;
    }

    /** Ends all announcements. */
    public void end() {
        for (int i = 0; i < size; i++) {
            spaces[i].notifiers().end();
        }
        Arrays.fill(spaces, 0, size, null);
        size = 0;
    }
}
