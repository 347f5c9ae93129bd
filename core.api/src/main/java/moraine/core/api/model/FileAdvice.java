package moraine.core.api.model;

/** What an application tells of how it will read a file by a handle, as {@code posix_fadvise} does. */
public enum FileAdvice {
    /** Pages are read ahead of runs of reads; it is so unasked. */
    NORMAL,
    /** Reads go on one after another: twice as much is read ahead. */
    SEQUENTIAL,
    /** Reads go in no order: nothing is read ahead. */
    RANDOM,
    /** A range is read soon: its pages are read now, as far as there is room. */
    WILLNEED
}
