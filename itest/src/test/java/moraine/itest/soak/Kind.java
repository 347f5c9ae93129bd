package moraine.itest.soak;

import java.util.Locale;

/** What the soak does; each kind must have been done at least once, or nothing is proven of it. */
enum Kind {
    MMAP,
    MUNMAP,
    MREMAP,
    HOLE,
    MPROTECT,
    CPU_WRITE,
    CPU_VERIFY,
    DEVICE_KERNEL,
    DEVICE_ATOMIC,
    EXCLUSIVE,
    FORK,
    CHILD_EXIT,
    CHILD_EXIT_UNDER_KERNEL,
    PIN,
    PIN_VERIFY,
    EVICT,
    MIGRATE,
    TO_DEVICE,
    TO_SYSTEM,
    ADVISE_FREE,
    ADVISE_DEAD,
    ADVISE_PLACE,
    ADVISE_LARGE,
    ADVISE_MERGEABLE,
    FILE_WRITE,
    FILE_VERIFY,
    FILE_SYNC,
    FILE_CUT,
    USERFAULT,
    COMMON_REPLACED,
    POLICY_EXCHANGED,
    POLICY_WITHDRAWN,
    DEVICE_REMOVED,
    DEVICE_RETURNED,
    CHECK;

    /** {@return the name for people} */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
