package moraine.core.impl.host;

import org.jspecify.annotations.Nullable;

/**
 * Where one worker marks that it is inside a plug-in: an odd stamp. The same slot serves the watchdog, which samples
 * it, and the drain, which waits until it is even. While the host works for the plug-in inside a call, the call is not
 * over, and its time is not the plug-in's. Written by one thread at a time.
 */
public final class Slot {
    private long count;
    private volatile long stamp;
    private volatile String callback = "";
    private volatile @Nullable Thread thread;
    private volatile boolean host;

    public void enter(String name) {
        callback = name;
        thread = Thread.currentThread();
        stamp = ++count;
    }

    public void exit() {
        stamp = ++count;
        thread = null;
    }

    /** The plug-in that is inside has the host do something; another thread of it says nothing about this one. */
    public void enterHost() {
        host = Thread.currentThread() == thread;
    }

    /** What the host did is done; the plug-in goes on. */
    public void exitHost() {
        host = false;
    }

    boolean inHost() {
        return host;
    }

    long stamp() {
        return stamp;
    }

    public boolean outside() {
        return (stamp & 1) == 0;
    }

    public String callback() {
        return callback;
    }

    /** Interrupts the thread inside, if any. @return its name and stack as text, or empty */
    public String interrupt() {
        Thread inside = thread;
        if (inside == null) {
            return "";
        }
        var text = new StringBuilder(inside.getName()).append('\n');
        for (StackTraceElement frame : inside.getStackTrace()) {
            text.append("    at ").append(frame).append('\n');
        }
        inside.interrupt();
        return text.toString();
    }
}
