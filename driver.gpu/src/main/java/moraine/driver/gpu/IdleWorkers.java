package moraine.driver.gpu;

/** Workers that found nothing to run, one bit each. Guarded by the scheduler. */
final class IdleWorkers {
    private long idle;

    void add(int worker) {
        idle |= 1L << worker;
    }

    void remove(int worker) {
        idle &= ~(1L << worker);
    }

    boolean none() {
        return idle == 0;
    }

    /** Takes at most so many. @return their bits */
    long take(int most) {
        long taken = 0;
        for (int left = most; left > 0 && idle != 0; left--) {
            taken |= Long.lowestOneBit(idle);
            idle &= idle - 1;
        }
        return taken;
    }
}
