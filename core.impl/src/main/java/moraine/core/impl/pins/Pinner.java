package moraine.core.impl.pins;

import java.util.Set;
import moraine.core.api.host.Pin;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.PinKind;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.faults.CpuFaults;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.space.Checks;
import moraine.core.impl.space.SpaceImpl;

/** Pins ranges, page by page, all of a range or nothing (Linux pin_user_pages). */
public final class Pinner {
    private static final int PAGES_MAX = 1 << 28;

    private final Rooms rooms;
    private final Frames frames;
    private final CpuFaults faults;

    public Pinner(Rooms rooms, CpuFaults faults) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.faults = faults;
    }

    /** Pins a range; see {@link moraine.core.api.host.AddressSpace#pin}. */
    public Pin pin(SpaceImpl space, long address, long bytes, PinKind kind, Intent intent) {
        long end = Checks.range(address, bytes);
        long count = end - address >>> Pages.SHIFT;
        if (count > PAGES_MAX) {
            throw MoraineException.caller(
                    Errno.EINVAL, "a pin of " + count + " pages exceeds " + PAGES_MAX + "; pin the range in parts");
        }
        long[] pfns = new long[(int) count];
        Agent agent = rooms.begin();
        var pinning = new Pinning(rooms, faults, agent, space, kind, intent);
        boolean complete = false;
        try {
            pin(agent, pinning, address, pfns);
            complete = true;
        } finally {
            rooms.done(agent);
            if (!complete) {
                release(pinning.files());
            }
        }
        return new PinImpl(rooms, this, pfns, pinning.files(), intent.writes());
    }

    private void pin(Agent agent, Pinning pinning, long address, long[] pfns) {
        for (int i = 0; i < pfns.length; i++) {
            long page = address + ((long) i << Pages.SHIFT);
            Errno outcome = pinning.page(page);
            if (outcome != Errno.OK) {
                release(agent, pfns, i);
                throw failure(outcome, pinning, page);
            }
            pfns[i] = pinning.pfn();
        }
    }

    /** Lets files end that a pin kept, with no guard held. */
    void release(Set<FileObject> files) {
        files.forEach(rooms.cache::release);
    }

    /** Lets the first pages of a pin go, within the world. */
    void release(Agent agent, long[] pfns, int count) {
        for (int i = 0; i < count; i++) {
            long head = frames.head(pfns[i]);
            rooms.pins.remove(head);
            agent.put(head);
        }
    }

    private static MoraineException failure(Errno outcome, Pinning pinning, long page) {
        String what = pinning.text(page);
        return switch (outcome) {
            case EFAULT ->
                MoraineException.caller(outcome, what + " is outside every mapping that allows it; map it first");
            case EBADF -> MoraineException.caller(outcome, what + ": the space is closed; open another");
            case EACCES ->
                MoraineException.caller(
                        outcome, what + " met memory whose type denies such pins; move the page to another node first");
            case EBUSY ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        what + " found the page held by others, or no room where it may be pinned; try again");
            case EOVERFLOW ->
                new MoraineException(
                        outcome,
                        Blame.RESOURCES,
                        what + " found as many references on the frame as it can count, " + FrameWord.REFS_MAX
                                + "; close other pins of it first");
            default ->
                new MoraineException(
                        outcome, Blame.RESOURCES, what + " could not bring the page in (" + outcome + "); free memory");
        };
    }
}
