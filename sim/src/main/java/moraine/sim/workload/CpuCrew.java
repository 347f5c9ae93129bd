package moraine.sim.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Step;
import org.jspecify.annotations.Nullable;

/** CPU threads that work side by side, each with a context of its own; the first failure ends the wait for all. */
final class CpuCrew {
    private final Actors actors;
    private final AddressSpace space;
    private final int node;
    private final List<Actor> members = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    CpuCrew(Actors actors, AddressSpace space, int node) {
        this.actors = actors;
        this.space = space;
        this.node = node;
    }

    /** Work that is done in steps on one CPU thread. */
    interface Work {
        /** {@return whether there is more} */
        boolean step(CpuAsDevice memory);
    }

    void start(String name, Work work) {
        left.incrementAndGet();
        members.add(actors.start(name, node, new Member(work)));
    }

    /** Waits until all have ended. */
    void await() {
        boolean over = actors.await(() -> left.get() == 0 || failure.get() != null, MachineStage.LIMIT_NS);
        Throwable thrown = failure.get();
        if (thrown != null) {
            members.forEach(Actor::stop);
            throw thrown instanceof RuntimeException expected ? expected : new IllegalStateException(thrown);
        }
        if (!over) {
            throw new MoraineException(
                    Errno.ETIMEDOUT, Blame.INTERNAL, left.get() + " CPU threads cannot run on: nothing wakes them");
        }
    }

    /** One thread: attaches in its first step, closes in its last. */
    private final class Member implements Step {
        private final Work work;
        private @Nullable CpuAsDevice memory;

        Member(Work work) {
            this.work = work;
        }

        @Override
        public Progress step(Actor self) {
            boolean more = false;
            try {
                CpuAsDevice attached = memory == null ? new CpuAsDevice(space.attach(node)) : memory;
                memory = attached;
                more = work.step(attached);
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
            if (!more) {
                end();
            }
            return more ? Progress.MORE : Progress.DONE;
        }

        private void end() {
            if (memory != null) {
                memory.close();
            }
            left.decrementAndGet();
            actors.signal();
        }
    }
}
