package moraine.driver.gpu;

/** What a GPU counts; the host shows each as {@code device.NAME.counter}. */
enum Tally {
    LAUNCHES("launches.done"),
    LAUNCHES_FAILED("launches.failed"),
    BLOCKS("blocks"),
    STEPS("blocks.steps"),
    FAULTS("faults"),
    OVERFLOWS("faults.overflow"),
    REPLAYS("replays"),
    CANCELS("faults.cancelled"),
    COPIES("copies"),
    COPY_WAITS("copies.waited"),
    COPY_FAILURES("copies.failed"),
    PAGES_IN("copies.pages.in"),
    PAGES_OUT("copies.pages.out"),
    REGIONS("counters.reported");

    private final String counter;

    Tally(String counter) {
        this.counter = counter;
    }

    String counter() {
        return counter;
    }
}
