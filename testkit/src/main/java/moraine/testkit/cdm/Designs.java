package moraine.testkit.cdm;

/** Who gets what in the designs that were posted for Linux, as tables that {@link RuleTable} reads. */
public final class Designs {
    private Designs() {}

    /**
     * Coherent device memory, 2017: node 1 is the device asked for, node 2 another, node 0 the RAM near the CPU that
     * touches, node 8 other RAM.
     *
     * <p>Quirks that stand in the table on purpose: in the zonelist design a mask that contains the toucher's own node
     * never reaches a device, and of two devices in a mask only the first is used; in the mask design a preference is
     * no mask, and leads to RAM.
     */
    public static final String COHERENT_NODES = """
            | requester                                  | zonelist   | cpuset     | no THISNODE | mask       |
            | a page that cannot move: a driver's buffer | 0          | 0          | 0           | 0          |
            | a fault under the default policy           | 0          | 0          | 0           | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM | 0 8 ENOMEM | 0 8 ENOMEM  | 0 8 ENOMEM |
            | BIND {c}                                   | 1          | EINVAL     | EINVAL      | 1          |
            | BIND {c, far RAM}, more than c has         | 1 8        | 8 ENOMEM   | 8 ENOMEM    | 1 8        |
            | BIND {local RAM, c}, more than RAM has     | 0 ENOMEM   | 0 ENOMEM   | 0 ENOMEM    | 0 1        |
            | BIND {c, other c}, more than c has         | 1 ENOMEM   | EINVAL     | EINVAL      | 1 2        |
            | BIND {c}, more than c has                  | 1 ENOMEM   | EINVAL     | EINVAL      | 1 ENOMEM   |
            | PREFERRED c, more than c has               | 0 1        | EINVAL     | EINVAL      | 0 8        |
            | INTERLEAVE {local RAM, c}                  | 0 1        | 0          | 0           | 0          |
            | a driver's migration, which names c        | 1          | 1          | 0           | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     | EINVAL     | EINVAL      | EINVAL     |
            | a mapping of large pages only, BIND {c}    | ENOMEM     | EINVAL     | EINVAL      | ENOMEM     |
            | move_pages to c                            | 1          | 1          | 0           | 1          |
            | migrate_pages to c                         | 1          | 1          | 0           | 1          |
            | an application's migration of a range to c | 1          | 1          | 0           | 1          |
            | auto-NUMA hint faults                      | no         | no         | no          | no         |
            | merging of equal pages                     | no         | no         | no          | no         |
            """;

    /** Private memory nodes, 2026: nobody gets in but the driver, until a feature lets somebody in. */
    public static final String MANAGED_NODES = """
            | requester                                  | closed     | user_numa  | tiering    |
            | a page that cannot move: a driver's buffer | 0          | 0          | 0          |
            | a fault under the default policy           | 0          | 0          | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM | 0 8 ENOMEM | 0 8 ENOMEM |
            | BIND {c}                                   | EINVAL     | 1          | EINVAL     |
            | BIND {c, far RAM}, more than c has         | 8 ENOMEM   | 1 8        | 8 ENOMEM   |
            | BIND {local RAM, c}, more than RAM has     | 0 ENOMEM   | 0 1        | 0 ENOMEM   |
            | BIND {c, other c}, more than c has         | EINVAL     | 1 2        | EINVAL     |
            | BIND {c}, more than c has                  | EINVAL     | 1 ENOMEM   | EINVAL     |
            | PREFERRED c, more than c has               | EINVAL     | EINVAL     | EINVAL     |
            | INTERLEAVE {local RAM, c}                  | 0          | 0          | 0          |
            | a driver's migration, which names c        | 1          | 1          | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     | EINVAL     | EINVAL     |
            | a mapping of large pages only, BIND {c}    | EINVAL     | ENOMEM     | EINVAL     |
            | move_pages to c                            | EACCES     | 1          | EACCES     |
            | migrate_pages to c                         | EACCES     | 1          | EACCES     |
            | an application's migration of a range to c | EACCES     | 1          | EACCES     |
            | auto-NUMA hint faults                      | no         | no         | yes        |
            | merging of equal pages                     | no         | no         | no         |
            """;

    /** Coherent pages of HMM, 2022: the driver's alone. */
    public static final String COHERENT_PAGES = """
            | requester                                  | coherent   |
            | a page that cannot move: a driver's buffer | 0          |
            | a fault under the default policy           | 0          |
            | faults when local RAM is exhausted         | 0 8 ENOMEM |
            | BIND {c}                                   | EINVAL     |
            | BIND {c, far RAM}, more than c has         | 8 ENOMEM   |
            | BIND {local RAM, c}, more than RAM has     | 0 ENOMEM   |
            | BIND {c, other c}, more than c has         | EINVAL     |
            | BIND {c}, more than c has                  | EINVAL     |
            | PREFERRED c, more than c has               | EINVAL     |
            | INTERLEAVE {local RAM, c}                  | 0          |
            | a driver's migration, which names c        | 1          |
            | a task whose nodes leave out c, BIND {c}   | EINVAL     |
            | a mapping of large pages only, BIND {c}    | EINVAL     |
            | move_pages to c                            | EACCES     |
            | migrate_pages to c                         | EACCES     |
            | an application's migration of a range to c | EACCES     |
            | auto-NUMA hint faults                      | no         |
            | merging of equal pages                     | no         |
            """;
}
