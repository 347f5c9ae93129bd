package moraine.core.impl.device;

import java.util.concurrent.atomic.AtomicReference;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.Launch;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actors;
import org.jspecify.annotations.Nullable;

/** A kernel that was queued; ended once, by the driver or by the host in its stead. */
final class LaunchImpl implements Launch {
    private record End(Errno errno, String message) {}

    private final StreamImpl stream;
    private final String name;
    private final Actors actors;
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();
    private volatile @Nullable Kernel kernel;

    LaunchImpl(StreamImpl stream, Kernel kernel, Actors actors) {
        this.stream = stream;
        this.name = kernel.name();
        this.kernel = kernel;
        this.actors = actors;
    }

    /** {@return what to run, or null when it has ended before} */
    @Nullable
    Kernel kernel() {
        return kernel;
    }

    StreamImpl stream() {
        return stream;
    }

    /** {@return how the driver tells that it is through; loses its hold on the launch when it is used} */
    Completion completion(Runnable misuse) {
        return new Once(this, misuse);
    }

    /** Ends it, unless it has ended. @return whether this call did */
    boolean end(Errno errno, String message) {
        if (!end.compareAndSet(null, new End(errno, message))) {
            return false;
        }
        kernel = null;
        stream.ended(this);
        actors.signal();
        return true;
    }

    @Override
    public boolean done() {
        return end.get() != null;
    }

    @Override
    public void await(long timeoutNs) {
        if (!done()) {
            actors.await(this::done, timeoutNs);
        }
        End how = end.get();
        if (how == null) {
            throw new MoraineException(
                    Errno.ETIMEDOUT,
                    Blame.RESOURCES,
                    "kernel " + name + " did not end within " + timeoutNs + " ns; wait longer, it goes on");
        }
        if (how.errno != Errno.OK) {
            throw new MoraineException(how.errno, blame(how.errno), "kernel " + name + ": " + how.message);
        }
    }

    private static Blame blame(Errno errno) {
        return switch (errno) {
            case ENODEV, ENOMEM, EDQUOT, SIGKILL -> Blame.RESOURCES;
            case EIO, EOPNOTSUPP -> Blame.PLUGIN;
            default -> Blame.CALLER;
        };
    }

    /** One completion; a second call is an illegal answer. */
    private static final class Once implements Completion {
        private final AtomicReference<@Nullable LaunchImpl> launch;
        private final Runnable misuse;

        Once(LaunchImpl launch, Runnable misuse) {
            this.launch = new AtomicReference<>(launch);
            this.misuse = misuse;
        }

        @Override
        public void done() {
            complete(Errno.OK, "");
        }

        @Override
        public void failed(Errno errno, String message) {
            complete(errno == Errno.OK ? Errno.EIO : errno, message);
        }

        private void complete(Errno errno, String message) {
            LaunchImpl mine = launch.getAndSet(null);
            if (mine == null) {
                misuse.run();
            } else {
                mine.end(mine.stream.end(errno), mine.stream.said(errno, message));
            }
        }
    }
}
