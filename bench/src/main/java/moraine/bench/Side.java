package moraine.bench;

/** One of two that are compared: a round of work that can be repeated. */
interface Side {
    /** Makes the next round possible; not timed. */
    default void prepare() {}

    /** A round, on the calling thread alone. */
    void run();
}
