package moraine.core.impl.plugins;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import moraine.core.api.time.Actors;
import moraine.core.api.time.Environment;
import moraine.testkit.HandsOn;
import moraine.testkit.HandsOnActors;
import org.jspecify.annotations.Nullable;

/**
 * Wall-clock time in which waits end soon that a test knows to be in vain. So the deadlines of all waits can be as long
 * as a busy machine needs for those that are not.
 */
public final class InVain extends HandsOn {
    private static final long MOMENT_NS = 20_000_000;

    private final Actors actors;
    private final AtomicInteger ended = new AtomicInteger();
    private volatile Predicate<List<String>> callers = _ -> false;
    private volatile BooleanSupplier hangs = () -> true;
    private volatile @Nullable Thread waiter;

    public InVain(Environment inside) {
        super(inside);
        actors = new Hasty(inside.actors());
    }

    /**
     * Names the waits that begin from now on and are in vain.
     *
     * @param waiting tells them by who waits: methods, given as Class.method
     * @param since holds when what they wait for has begun and hangs
     */
    public void when(Predicate<List<String>> waiting, BooleanSupplier since) {
        hangs = since;
        callers = waiting;
    }

    /** No wait is in vain from now on. */
    public void never() {
        callers = _ -> false;
    }

    /**
     * Does something whose waits, on this thread, are in vain.
     *
     * @param since holds when what they wait for has begun and hangs
     */
    public void during(BooleanSupplier since, Runnable action) {
        hangs = since;
        waiter = Thread.currentThread();
        try {
            action.run();
        } finally {
            waiter = null;
        }
    }

    /** {@return how many waits have ended before what they were for} */
    public int ended() {
        return ended.get();
    }

    @Override
    public Actors actors() {
        return actors;
    }

    private boolean vain() {
        return Thread.currentThread() == waiter
                || callers.test(StackWalker.getInstance()
                        .walk(frames -> frames.map(InVain::brief).toList()));
    }

    private static String brief(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return name.substring(name.lastIndexOf('.') + 1) + "." + frame.getMethodName();
    }

    private final class Hasty extends HandsOnActors {
        Hasty(Actors inside) {
            super(inside);
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNs) {
            if (!vain()) {
                return super.await(condition, timeoutNs);
            }
            BooleanSupplier since = hangs;
            while (!since.getAsBoolean()) {
                if (super.await(condition, MOMENT_NS)) {
                    return true;
                }
            }
            boolean held = super.await(condition, MOMENT_NS);
            if (!held) {
                ended.incrementAndGet();
            }
            return held;
        }
    }
}
