package moraine.core.api.time;

/** Something that takes time in a modelled machine; the comment says what the amount counts. */
public enum Cost {
    /** Page faults taken and served for a CPU: faults. */
    CPU_FAULT,
    /** A batch of device faults served: faults. */
    DEVICE_FAULT_BATCH,
    /** Clearing new pages on {@code to}: bytes. */
    ZERO,
    /** Moving pages from {@code from} to {@code to}: bytes of one contiguous run. */
    COPY,
    /** Unmapping and remapping around a move: pages. */
    MIGRATE,
    /** Waiting for translations to be given up: contexts. */
    SHOOTDOWN,
    /** Starting a kernel on a device: kernels. */
    LAUNCH,
    /** Reading from a file or writing to it, in one request: bytes. */
    FILE,
    /** Plain computation: nanoseconds. */
    COMPUTE
}
