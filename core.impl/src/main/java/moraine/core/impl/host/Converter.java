package moraine.core.impl.host;

import moraine.core.impl.allocator.Worker;

/**
 * Turns one folio into what the regime in force wants of its node. Written by migration, driven by the host: by one
 * actor, in budgeted steps, any number of times over the same folio.
 */
public interface Converter {
    /** Nothing to convert: the frame is free, or its type is the wanted one by now. */
    int NOTHING = 0;
    /** Type and entries changed, no byte copied. */
    int CONVERTED = 1;
    /** The page moved elsewhere, for the new type cannot hold it. */
    int MIGRATED = 2;
    /** The folio keeps its former type: pinned, locked, no room; try again later. */
    int KEPT = 3;

    /**
     * Converts the folio; must not wait for a lock.
     *
     * @param worker of the calling actor
     * @param head first frame of the folio
     * @param now the regime in force
     * @return one of the constants
     */
    int convert(Worker worker, long head, Regime now);

    /**
     * Tells, without changing anything, whether {@link #convert} under that regime would answer CONVERTED or NOTHING.
     * May err towards false.
     */
    boolean inPlace(long head, Regime next);
}
