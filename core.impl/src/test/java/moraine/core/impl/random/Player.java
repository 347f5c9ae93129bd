package moraine.core.impl.random;

/** An actor of the random test. */
interface Player extends AutoCloseable {
    /** Does something. @return how many operations it was */
    int operate();

    /** Proves all words through its own way to memory; nobody writes meanwhile. */
    void exact();

    @Override
    void close();
}
