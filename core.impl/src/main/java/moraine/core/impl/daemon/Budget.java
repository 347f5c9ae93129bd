package moraine.core.impl.daemon;

/**
 * What a daemon may use up in one tick.
 *
 * @param timeNs of the machine's clock
 * @param pages moved
 */
public record Budget(long timeNs, long pages) {
    /** Time for moving 64 MiB over a link of 16 GB/s. */
    public static final Budget USUAL = new Budget(4_000_000L, 16_384);
}
