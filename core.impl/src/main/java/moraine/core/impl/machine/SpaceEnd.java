package moraine.core.impl.machine;

import moraine.core.api.model.Errno;

/** What a space's end means to devices; the host implements it, spaces call it. */
public interface SpaceEnd {
    /**
     * The space is going away and its DeviceTables are closed. Launches on it end and drivers are told; returns when
     * they have, or after the deadline. Called by the closing thread without locks, before frames are given up.
     *
     * @param why how launches on it end: EBADF, or SIGKILL when it was ended
     */
    void spaceClosed(int space, Errno why);
}
