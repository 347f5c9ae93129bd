package moraine.testkit.hmm;

import moraine.core.api.model.Errno;

/**
 * What a command to a device answers.
 *
 * @param errno OK, or why it failed
 * @param pages how many it served; 0 when it failed
 * @param faults range requests that the device needed, batches counted once
 */
record Reply(Errno errno, long pages, long faults) {
    static Reply failed(Errno errno) {
        return new Reply(errno, 0, 0);
    }

    static Reply done(long pages, long faults) {
        return new Reply(Errno.OK, pages, faults);
    }
}
