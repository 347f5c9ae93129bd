package moraine.core.impl.userfault;

import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import moraine.core.api.host.Userfault;
import moraine.core.api.host.UserfaultHandler;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Step;
import moraine.core.impl.Rooms;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

/**
 * A range and the handler that fills it. Mappings name their registration; a page is missing while a mapping names this
 * one and the page's entry is NONE.
 *
 * <p>Protocol. Who touches a missing page asks for it, once for all who wait, and waits with no guard held. The handler
 * runs on the registration's own thread. A waiter wakes when the page is no longer missing (filled, unmapped,
 * unregistered, its space closed), when the handler failed for it, or at the deadline.
 */
public final class Registration implements Userfault {
    private static final System.Logger LOG = System.getLogger(Registration.class.getName());

    private final Rooms rooms;
    private final SpaceImpl space;
    private final long address;
    private final long bytes;
    private final UserfaultHandler handler;
    private final Filler filler;
    private final ConcurrentMap<Long, Request> pending = new ConcurrentHashMap<>();
    private final Queue<Request> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inline = new AtomicBoolean();
    private final @Nullable Actor actor;
    private volatile boolean closed;

    /** A page that somebody waits for. */
    private static final class Request {
        final long address;
        final Intent intent;
        volatile boolean failed;

        Request(long address, Intent intent) {
            this.address = address;
            this.intent = intent;
        }
    }

    public Registration(Rooms rooms, SpaceImpl space, long address, long bytes, UserfaultHandler handler) {
        this.rooms = rooms;
        this.space = space;
        this.address = address;
        this.bytes = bytes;
        this.handler = handler;
        this.filler = new Filler(rooms, space, this);
        int node = filler.node();
        String name = "moraine-userfault-" + space.name() + "-0x" + Long.toHexString(address);
        this.actor = rooms.environment.clock().virtual() ? null : rooms.actors.start(name, node, _ -> step());
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    public boolean closed() {
        return closed;
    }

    private boolean missing(long page) {
        Vma vma = space.closed() ? null : space.vmas().find(page);
        return vma != null && vma.userfault() == this && Pte.kind(space.table().get(page)) == Pte.NONE;
    }

    /**
     * Waits until a page is no longer missing. Called outside the world with no guard held.
     *
     * @param first the page
     * @param pages how many from there on are wanted too; they are asked for, not awaited
     * @return OK when it is worth looking again; SIGBUS when the handler failed, ETIMEDOUT after the deadline
     */
    public Errno await(long first, int pages, Intent intent) {
        for (int i = pages - 1; i > 0; i--) {
            ask(first + ((long) i << Pages.SHIFT), intent);
        }
        Request wanted = ask(first, intent);
        if (wanted == null) {
            return Errno.OK;
        }
        if (actor == null) {
            serveInline();
        } else {
            actor.wake();
            rooms.actors.await(() -> closed || wanted.failed || !missing(first), rooms.tuning.userfaultDeadlineNs);
        }
        pending.remove(first, wanted);
        if (closed || !missing(first)) {
            return Errno.OK;
        }
        return wanted.failed ? Errno.SIGBUS : Errno.ETIMEDOUT;
    }

    /** {@return the request for a missing page, made if there was none, or null when it is not missing} */
    private @Nullable Request ask(long page, Intent intent) {
        if (!missing(page)) {
            return null;
        }
        var mine = new Request(page, intent);
        Request other = pending.putIfAbsent(page, mine);
        if (other != null) {
            return other;
        }
        queue.add(mine);
        return mine;
    }

    private Step.Progress step() {
        Request request = queue.poll();
        if (request == null) {
            return Step.Progress.IDLE;
        }
        serve(request);
        return Step.Progress.MORE;
    }

    /** Serves all requests, unless the handler itself made the touch. */
    private void serveInline() {
        if (inline.compareAndSet(false, true)) {
            for (Request request = queue.poll(); request != null; request = queue.poll()) {
                serve(request);
            }
            inline.set(false);
        }
    }

    private void serve(Request request) {
        if (closed || !missing(request.address)) {
            pending.remove(request.address, request);
            return;
        }
        try {
            handler.missing(this, request.address, request.intent);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the handler of " + Pages.range(address, address + bytes) + " in space " + space.name()
                            + " failed for page 0x" + Long.toHexString(request.address) + "; who waits gets SIGBUS",
                    e);
            pending.remove(request.address, request);
            request.failed = true;
        }
        rooms.actors.signal();
    }

    @Override
    public void fill(long at, MemorySegment source) {
        if (source.byteSize() == 0 || !Pages.aligned(source.byteSize())) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "cannot fill with " + source.byteSize() + " bytes; give whole pages of " + Pages.SIZE);
        }
        check(at, source.byteSize());
        for (long done = 0; done < source.byteSize(); done += Pages.SIZE) {
            filler.fill(at + done, source, done);
            filled(at + done);
        }
    }

    @Override
    public void zero(long at) {
        check(at, Pages.SIZE);
        filler.zero(at);
        filled(at);
    }

    private void check(long at, long length) {
        if (!Pages.aligned(at)) {
            throw MoraineException.caller(
                    Errno.EINVAL,
                    "address 0x" + Long.toHexString(at) + " is not a multiple of " + Pages.SIZE + "; align it");
        }
        if (closed || at < address || at - address > bytes - length) {
            throw MoraineException.caller(
                    Errno.ENOENT,
                    "pages " + Pages.range(at, at + length) + " are not in the registered range "
                            + Pages.range(address, address + bytes) + (closed ? ", which is closed" : ""));
        }
    }

    private void filled(long page) {
        pending.remove(page);
        rooms.actors.signal();
    }

    @Override
    public void close() {
        if (!closed) {
            space.unregister(this);
            end();
        }
    }

    /** No mapping names it any more: who waits goes on, the handler is called no more. */
    public void end() {
        closed = true;
        queue.clear();
        pending.clear();
        if (actor != null) {
            actor.stop();
        }
        rooms.actors.signal();
    }
}
