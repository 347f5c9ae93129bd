package moraine.itest.soak;

/** What a worker does next, and how often, compared with the others, in the usual mix. */
enum Action {
    MMAP(54, "mmap"),
    MMAP_LARGE(6, "mmap of 2 MiB"),
    WRITE(640, "write"),
    VERIFY(600, "verify"),
    KERNEL(180, "kernel"),
    ATOMIC(30, "atomic kernel"),
    MOVE(130, "move"),
    ADVISE(60, "advice"),
    PIN(60, "pin"),
    REMAP(140, "change of a mapping"),
    CUT(10, "cut of a file"),
    FORK(30, "fork"),
    EXIT(20, "exit"),
    USERFAULT(15, "userfault"),
    EVICT(15, "evict"),
    REPLACE(8, "replacing a common region"),
    EXCHANGE(5, "exchange of policy"),
    WITHDRAW(2, "withdrawal of a policy"),
    TOGGLE(2, "removal or return of a device"),
    PROVE(3, "verifying all");

    final int usual;
    final String phrase;

    Action(int usual, String phrase) {
        this.usual = usual;
        this.phrase = phrase;
    }
}
