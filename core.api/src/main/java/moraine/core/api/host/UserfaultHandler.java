package moraine.core.api.host;

import moraine.core.api.model.Intent;
import org.osgi.annotation.versioning.ConsumerType;

/** Fills pages that are missing in a {@link Userfault} range. */
@ConsumerType
@FunctionalInterface
public interface UserfaultHandler {
    /**
     * A page is missing. Called once for each page that somebody waits for, on a host thread of the registration's own,
     * with no guard held; in virtual time by whoever touched, within its step. It may call back into the machine, but a
     * touch of a missing page of the same range would wait for itself. May return before the page is filled: another
     * thread may fill it, but in virtual time nobody else can. Who touched waits 10 seconds at most and then ends with
     * ETIMEDOUT. An exception ends those who wait for this page with SIGBUS.
     *
     * @param range where to fill
     * @param address of the page
     * @param intent of who touched first
     */
    void missing(Userfault range, long address, Intent intent);
}
