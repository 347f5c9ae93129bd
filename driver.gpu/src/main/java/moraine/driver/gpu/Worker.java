package moraine.driver.gpu;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.PageFault;
import moraine.core.api.driver.RemoteAccesses;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.WorkerAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/**
 * A streaming multiprocessor: runs a block until it ends, faults, or has had a number of steps, then takes the next.
 */
final class Worker implements Step {
    /** Steps of blocks within a step of the actor. */
    private static final int BLOCK_STEPS = 16;

    private final int index;
    private final Crew crew;
    private final Scheduler scheduler;
    private final Upcalls upcalls;
    private final DriverContext context;
    private final boolean faulting;
    private final FaultLatch fault = new FaultLatch();
    private final List<AttachedSpace> opened = new ArrayList<>();
    private int detachesSeen;

    Worker(int index, Crew crew, Scheduler scheduler, Upcalls upcalls, DriverContext context, boolean faulting) {
        this.index = index;
        this.crew = crew;
        this.scheduler = scheduler;
        this.upcalls = upcalls;
        this.context = context;
        this.faulting = faulting;
    }

    @Override
    public Progress step(Actor self) {
        closeDetached();
        for (int left = BLOCK_STEPS; left > 0; ) {
            ResidentBlock resident = scheduler.next(index);
            if (resident == null) {
                crew.settle(0);
                return idle(self);
            }
            left -= run(resident, left);
            crew.settle(1);
        }
        return Progress.MORE;
    }

    private Progress idle(Actor self) {
        if (!scheduler.closed()) {
            long resumesAtNs = scheduler.resumesAt();
            if (resumesAtNs >= 0) {
                self.wakeAt(resumesAtNs);
            }
            return crew.detaches() == detachesSeen ? Progress.IDLE : Progress.MORE;
        }
        closeAll();
        return Progress.DONE;
    }

    /** Runs a resident block for at most so many steps. @return how many it took, at least 1 */
    private int run(ResidentBlock resident, int limit) {
        int steps = 0;
        int ended = 0;
        try {
            WorkerAccess access = access(resident);
            DeviceAccess memory = access.memory();
            Block block = resident.block();
            boolean more = true;
            access.enter();
            try {
                while (more && steps < limit && !resident.grid().failed()) {
                    steps++;
                    more = step(block, memory);
                    ended = steps;
                }
            } finally {
                access.leave();
            }
            put(resident, more);
        } catch (PageFault thrown) {
            fault(resident, thrown);
        } catch (MoraineException refusal) {
            scheduler.fail(resident, refusal.errno(), FailureText.thrown(resident, refusal));
        } catch (Throwable thrown) {
            scheduler.fail(resident, Errno.EIO, FailureText.thrown(resident, thrown));
        }
        upcalls.count(Tally.STEPS, steps);
        if (ended > 0) {
            upcalls.stepsEnded(ended);
        }
        return Math.max(1, steps);
    }

    private boolean step(Block block, DeviceAccess memory) {
        fault.clear();
        return block.step(memory) && !fault.set();
    }

    private void put(ResidentBlock resident, boolean more) {
        if (fault.set()) {
            scheduler.fail(resident, Errno.EIO, FailureText.caught(resident, fault));
        } else if (more) {
            scheduler.again(resident);
        } else {
            upcalls.count(Tally.BLOCKS, 1);
            scheduler.finish(resident);
        }
    }

    private void fault(ResidentBlock resident, PageFault thrown) {
        if (!fault.set()) {
            scheduler.fail(resident, Errno.EIO, FailureText.thrown(resident, thrown));
        } else if (!faulting) {
            scheduler.fail(resident, Errno.EFAULT, FailureText.unmapped(resident, fault));
        } else {
            boolean room = scheduler.park(resident, fault);
            upcalls.count(room ? Tally.FAULTS : Tally.OVERFLOWS, 1);
        }
    }

    private WorkerAccess access(ResidentBlock resident) {
        fault.clear();
        AttachedSpace space = resident.grid().space();
        WorkerAccess known = space.access(index);
        if (known == null) {
            known = context.workerAccess(space.id(), fault, remote(space.counters()));
            space.access(index, known);
            opened.add(space);
        }
        return known;
    }

    /** {@return where remote accesses are counted, or null when they are not} */
    private @Nullable RemoteAccesses remote(AccessCounters counters) {
        if (!counters.counting()) {
            return null;
        }
        return (address, accesses) -> {
            if (counters.add(address, accesses)) {
                upcalls.raiseCounters();
            }
        };
    }

    private void closeDetached() {
        int detaches = crew.detaches();
        if (detaches != detachesSeen) {
            detachesSeen = detaches;
            opened.removeIf(this::closeIfDetached);
        }
    }

    private void closeAll() {
        opened.forEach(this::close);
        opened.clear();
    }

    private boolean closeIfDetached(AttachedSpace space) {
        if (space.detached()) {
            close(space);
        }
        return space.detached();
    }

    private void close(AttachedSpace space) {
        WorkerAccess access = space.access(index);
        if (access != null) {
            access.release();
            space.access(index, null);
        }
    }
}
