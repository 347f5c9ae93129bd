package moraine.core.impl.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Stream;
import moraine.core.api.model.Errno;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/** A queue of kernels for one space; the first of it is with the driver. */
final class StreamImpl implements Stream {
    private final DeviceHost device;
    private final int space;
    private final Actors actors;
    private final Deque<LaunchImpl> queue = new ArrayDeque<>();

    StreamImpl(DeviceHost device, int space, Actors actors) {
        this.device = device;
        this.space = space;
        this.actors = actors;
    }

    int space() {
        return space;
    }

    /** {@return how a launch ends of which the driver says how} */
    Errno end(Errno errno) {
        return errno == Errno.EBADF ? device.end(space) : errno;
    }

    /** {@return why it ends so} */
    String said(Errno errno, String message) {
        return device.said(errno, message);
    }

    @Override
    public Launch launch(Kernel kernel) {
        device.usable();
        var launch = new LaunchImpl(this, kernel, actors);
        boolean first;
        synchronized (queue) {
            first = queue.isEmpty();
            queue.addLast(launch);
        }
        device.noteStream(this);
        if (first) {
            device.dispatch(launch);
        }
        return launch;
    }

    /** A launch has ended, which is progress of the device however it ended: the next goes to the driver. */
    void ended(LaunchImpl launch) {
        device.stepsEnded(1);
        LaunchImpl next;
        synchronized (queue) {
            boolean wasFirst = queue.peekFirst() == launch;
            queue.remove(launch);
            next = wasFirst ? queue.peekFirst() : null;
        }
        if (next != null) {
            device.dispatch(next);
        }
    }

    /** {@return what is queued, the last first, so that failing it in this order starts nothing} */
    List<LaunchImpl> lastFirst() {
        synchronized (queue) {
            return List.copyOf(queue.reversed());
        }
    }

    /** Fails all launches but the first, which the driver has. */
    void failQueued(Errno errno, String message) {
        List<LaunchImpl> all = lastFirst();
        all.stream().limit(Math.max(0, all.size() - 1)).forEach(launch -> launch.end(errno, message));
    }

    void failAll(Errno errno, String message) {
        lastFirst().forEach(launch -> launch.end(errno, message));
    }

    boolean isEmpty() {
        return first() == null;
    }

    private @Nullable LaunchImpl first() {
        synchronized (queue) {
            return queue.peekFirst();
        }
    }
}
