package moraine.bench;

/** Moraine's way of doing something and what it is compared with; both do the same operations in a round. */
interface Duel extends AutoCloseable {
    /** {@return how often a round does what the path is about} */
    long operations();

    /** {@return whether a side uses other threads too, so that only a clock on the wall shows how long it takes} */
    default boolean parallel() {
        return false;
    }

    Side moraine();

    Side reference();

    @Override
    void close();
}
