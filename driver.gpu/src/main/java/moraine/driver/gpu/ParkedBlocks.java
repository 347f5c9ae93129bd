package moraine.driver.gpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that faulted, from the fault to its replay, and whether the host was told of their faults. Guarded by the
 * scheduler.
 */
final class ParkedBlocks {
    private final FaultBuffer buffer;
    private final int raiseAt;
    private final BlockQueue parked;

    /** Blocks whose faults were served. In virtual time the host that served them may be ahead of a worker. */
    private final BlockQueue served;

    private final Clock clock;
    private boolean raised;
    private boolean mustRaise;
    private boolean takenSinceReplay;

    ParkedBlocks(GpuSettings settings, Clock clock) {
        this.clock = clock;
        buffer = new FaultBuffer(settings.faultEntries());
        raiseAt = Math.max(1, settings.faultEntries() * 3 / 4);
        parked = new BlockQueue(settings.residentBlocks());
        served = new BlockQueue(settings.residentBlocks());
    }

    /** {@return whether faults wait for the host} */
    boolean anyFaults() {
        return !buffer.isEmpty();
    }

    /** {@return whether there are faults that the host was not told of} */
    boolean untold() {
        return !raised && !buffer.isEmpty();
    }

    boolean nearlyFull() {
        return buffer.size() >= raiseAt;
    }

    /** The host is to be told. */
    void raise() {
        raised = true;
        mustRaise = true;
    }

    /** {@return whether the host is to be told of faults; true once each time} */
    boolean takeRaise() {
        boolean now = mustRaise;
        mustRaise = false;
        return now;
    }

    /** Parks a block with its fault. @return whether the buffer had room for the fault */
    boolean park(ResidentBlock block, FaultLatch fault) {
        block.park(fault);
        parked.add(block);
        return buffer.offer(block);
    }

    /** Takes a fault out of the buffer. @return whether there was one */
    boolean take(FaultPacket into) {
        raised = false;
        ResidentBlock block = buffer.take();
        if (block != null) {
            takenSinceReplay = true;
            into.set(block.grid().space().id(), block.faultAddress(), block.faultPages(), block.faultIntent());
            return true;
        }
        if (!takenSinceReplay) {
            // Only faults of ended launches were left: nobody will replay those that the full buffer lost.
            unpark();
        }
        return false;
    }

    /** Ends an episode in which the full buffer lost faults. @return how many, the first of them put into a packet */
    long takeOverflow(FaultPacket into) {
        return buffer.takeOverflow(into);
    }

    /** Lets blocks go on whose faults left the buffer, or never got in. */
    void replay() {
        takenSinceReplay = false;
        unpark();
    }

    private void unpark() {
        long taken = buffer.taken();
        long nowNs = nowNs();
        for (int left = parked.size(); left > 0; left--) {
            ResidentBlock block = parked.poll();
            if (block != null && block.replayable(taken)) {
                block.unpark(nowNs);
                served.add(block);
            } else if (block != null) {
                parked.add(block);
            }
        }
    }

    /** {@return the next block whose fault was served by now, or null} */
    @Nullable
    ResidentBlock pollResumable() {
        return canResume() ? served.poll() : null;
    }

    private boolean canResume() {
        ResidentBlock first = served.peek();
        return first != null && first.notBeforeNs() <= nowNs();
    }

    private long nowNs() {
        return clock.virtual() ? clock.nowNs() : 0;
    }

    /** {@return how many blocks may go on, as far as the first tells} */
    int resumable() {
        return canResume() ? served.size() : 0;
    }

    boolean anyServed() {
        return !served.isEmpty();
    }

    /** {@return when the first block that was served may go on, or -1 when there is none} */
    long resumesAt() {
        ResidentBlock first = served.peek();
        return first == null ? -1 : first.notBeforeNs();
    }

    /**
     * {@return the launches whose fault in a page was refused, each with a line that says why} Several blocks may wait
     * for the page with different intents; the host refused the strongest, the others fault again if theirs is refused
     * too.
     */
    Map<Grid, String> refused(AttachedSpace space, long page, Errno errno) {
        List<ResidentBlock> waiting = faultedAt(space, page);
        Intent strongest = waiting.stream()
                .map(ResidentBlock::faultIntent)
                .max(Comparator.naturalOrder())
                .orElse(Intent.READ);
        var causes = new LinkedHashMap<Grid, String>();
        for (ResidentBlock block : waiting) {
            if (block.faultIntent() == strongest) {
                causes.putIfAbsent(block.grid(), FailureText.access(block, page, errno));
            }
        }
        return causes;
    }

    /** {@return blocks whose fault lies in a page and has left the buffer} */
    private List<ResidentBlock> faultedAt(AttachedSpace space, long page) {
        var found = new ArrayList<ResidentBlock>();
        parked.forEach(block -> {
            if (block.faultedAt(space, page, buffer.taken())) {
                found.add(block);
            }
        });
        return found;
    }

    /** Takes a launch's blocks off. */
    void dismiss(Grid grid, Consumer<ResidentBlock> taker) {
        parked.take(block -> block.of(grid), taker);
        served.take(block -> block.of(grid), taker);
    }
}
