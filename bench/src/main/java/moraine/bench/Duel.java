package moraine.bench;

/** Moraine's way of doing something and what it is compared with; both do the same operations in a round. */
interface Duel extends AutoCloseable {
    /** {@return how often a round does what the path is about} */
    long operations();

    Side moraine();

    Side reference();

    @Override
    void close();
}
