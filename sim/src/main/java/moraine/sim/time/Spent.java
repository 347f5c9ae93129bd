package moraine.sim.time;

/** What modelled time goes into. */
public enum Spent {
    CPU_LOCAL("CPU cores accessed system memory"),
    CPU_REMOTE("CPU cores accessed device memory across the link"),
    DEVICE_LOCAL("the device accessed its own memory"),
    DEVICE_REMOTE("the device accessed system memory across the link"),
    CPU_FAULTS("CPU page faults were served"),
    DEVICE_FAULTS("device fault batches were served"),
    ZERO("new pages were cleared"),
    TO_DEVICE("pages moved to the device"),
    TO_HOST("pages moved back to system memory"),
    SHOOTDOWN("translations were withdrawn"),
    LAUNCH("kernels were started"),
    FILES("files and swap were read and written"),
    COMPUTE("processors computed"),
    STALL("actors waited");

    private final String clause;

    Spent(String clause) {
        this.clause = clause;
    }

    /** {@return the kind as a clause of a sentence} */
    public String clause() {
        return clause;
    }
}
