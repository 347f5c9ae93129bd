package moraine.core.api.host;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MbindFlag;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageStatus;
import moraine.core.api.model.PinKind;
import moraine.core.api.model.PinRule;
import moraine.core.api.model.Protection;
import moraine.core.api.model.SpaceInfo;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The memory of a process: mappings, one CPU page table, one DeviceTable a device. All methods may be called by any
 * thread. Addresses and lengths that are not multiples of the page size fail with EINVAL, ranges that no mapping covers
 * with EFAULT or ENOMEM as their Linux namesakes do.
 */
@ProviderType
public interface AddressSpace extends AutoCloseable {
    int id();

    String name();

    /** Maps anonymous memory. @return its first address */
    long mmap(MapRequest request);

    /**
     * Maps a file or a driver's buffer. A shared mapping shows and changes its pages; a private one shows them until a
     * write makes a private copy. A buffer is mapped whole at once, pages of a file when they are touched: a touch
     * beyond the end of the file, or of a page that cannot be read, is a bus error (SIGBUS).
     *
     * @param request with bytes, protection, sharing and place
     * @param what of the same machine
     * @param offset of the first byte in it, a multiple of the page size
     * @return its first address
     * @throws moraine.core.api.model.MoraineException EINVAL for an offset that is not aligned or negative, or beyond a
     *     buffer's end; EACCES for a writable shared mapping of a file that was opened to be read only; EBADF when it
     *     is closed
     */
    long mmap(MapRequest request, Mappable what, long offset);

    /**
     * Has missing pages of a range filled by a handler. Migration makes no page in it, and leaves it to the handler
     * without telling.
     *
     * @param address start of a range that is mapped as private anonymous memory
     * @throws moraine.core.api.model.MoraineException EINVAL when part of the range is not private anonymous memory, or
     *     made of 2 MiB pages only; EBUSY when part of it is registered, or an end of it lies within a 2 MiB page that
     *     is pinned
     */
    Userfault userfault(long address, long bytes, UserfaultHandler handler);

    /** Unmaps a range; holes in it are legal. */
    void munmap(long address, long bytes);

    /** Changes what a fully mapped range allows. */
    void mprotect(long address, long bytes, Protection protection);

    /**
     * Moves or resizes one mapping; pages move as entries, not as bytes.
     *
     * @return the new first address
     */
    long mremap(long address, long oldBytes, long newBytes, boolean mayMove);

    /**
     * Moves pages to a new address and, if so wished, leaves an empty mapping of the same kind behind (Linux
     * MREMAP_DONTUNMAP): touches there make new pages, or find the shared ones or those of a file.
     *
     * @param keepOld whether the old range stays mapped; it needs {@code mayMove} and equal lengths
     * @return the new first address
     * @throws moraine.core.api.model.MoraineException EINVAL for lengths that differ, or one that may not move, with
     *     {@code keepOld}; else as the method without it
     */
    long mremap(long address, long oldBytes, long newBytes, boolean mayMove, boolean keepOld);

    /** {@return a copy: private memory copy-on-write, shared memory shared} */
    AddressSpace fork(String name);

    /**
     * Sets where future pages of a range come from; pages that exist stay. The policy of shared memory and of files
     * holds for all who map it.
     *
     * @throws moraine.core.api.model.MoraineException for a policy that leaves no node: nodes outside the tenant's, or
     *     that the placement policy does not offer, do not count; ENODEV when it names one whose device is going or
     *     gone, else EINVAL; ENOMEM where nothing is mapped
     */
    void mbind(long address, long bytes, MemoryPolicy policy);

    /**
     * Sets where pages of a range come from, and what becomes of those that exist.
     *
     * @return what became of the pages: those outside the policy's nodes are moved, or skipped
     * @throws moraine.core.api.model.MoraineException as without flags; EIO with {@link MbindFlag#STRICT}
     */
    MigrationReport mbind(long address, long bytes, MemoryPolicy policy, Set<MbindFlag> flags);

    /**
     * Gives the space a memory policy, for pages whose range and task have none. Forks inherit it.
     *
     * @throws moraine.core.api.model.MoraineException ENODEV, EINVAL for one that leaves no node, as {@link #mbind}
     */
    void memoryPolicy(MemoryPolicy policy);

    /** {@return the space's memory policy, as it was given} */
    MemoryPolicy memoryPolicy();

    /**
     * Moves pages one by one, or tells where they are (Linux move_pages). A 2 MiB page moves whole. One that somebody
     * holds is tried ten times, then it is EBUSY.
     *
     * @param nodes where each page is to be, or null to ask
     * @param all whether pages that other spaces map too are moved
     * @return a status for each page, in the order of the addresses
     * @throws moraine.core.api.model.MoraineException with nothing moved: EINVAL for as many nodes as there are not
     *     addresses, ENODEV for a node that is not there, has no memory, or whose device is going or gone; EACCES for
     *     one that the tenant may not use or to which an application may not move pages
     */
    List<PageStatus> movePages(long[] addresses, int @Nullable [] nodes, boolean all);

    /**
     * Moves all pages of the space on some nodes to others, the n-th of one set to the n-th of the other (Linux
     * migrate_pages).
     *
     * @param all whether pages that other spaces map too are moved
     * @return pages that stayed behind
     * @throws moraine.core.api.model.MoraineException EINVAL for an empty set; ENODEV, EACCES as {@link #movePages}
     */
    long migratePages(NodeSet from, NodeSet to, boolean all);

    /**
     * Moves the pages of a range to a node, as {@code move_pages} does for an application; one that somebody holds is
     * tried ten times.
     *
     * @throws moraine.core.api.model.MoraineException ENODEV, EACCES as {@link #movePages}
     */
    MigrationReport migrate(long address, long bytes, int node, Cause cause);

    /**
     * Tells what the content of a range is worth, or what is to come of it. Advice about places is kept by range, not
     * by mapping: it splits none, is inherited by forks, follows {@link #mremap} and ends with {@link #munmap}. The
     * active policy hears of it first and may refuse it; then nothing happens, and counter {@code hints.refused} tells.
     *
     * @param address first byte, a multiple of the page size
     * @param bytes length, rounded up to pages
     * @throws moraine.core.api.model.MoraineException with nothing done: EINVAL for a range that is not one, ENOMEM
     *     where nothing is mapped, EOPNOTSUPP for {@link Advice#FREE} and {@link Advice#DEAD} on shared or file memory,
     *     EBUSY when {@link Advice#DEAD} ends within a pinned 2 MiB page, EBADF when the space is closed
     * @throws moraine.core.api.model.MoraineException for advice about places: EINVAL for a node that is not there or
     *     is of the wrong kind, ENODEV for one without memory or whose device is going or gone (what takes advice back
     *     may name that), EACCES for one that the tenant may not use, EOPNOTSUPP for {@link Advice#DISCARD} on shared
     *     memory
     * @throws moraine.core.api.model.MoraineException for advice on 2 MiB pages: EINVAL for a part of one, or any such
     *     advice, in a mapping of 2 MiB pages only; and when {@link Advice#COLLAPSE} failed somewhere, with the rest
     *     collapsed: EINVAL where nothing is mapped to a page yet or small pages were advised, EAGAIN when a page was
     *     in use, EBUSY when a fork shares one or it is pinned, ENOMEM when no 2 MiB page is free, EDQUOT
     */
    void advise(long address, long bytes, Advice advice);

    /**
     * Holds the pages of a range where they are, for somebody who uses physical memory. Pages come in as if a CPU
     * touched them: holes are filled, private device memory comes home, exclusive access ends, and a private page that
     * a fork shares is copied. Where the type's rule for the kind says {@link PinRule#MIGRATE_FIRST}, the page is moved
     * to the nearest CPUs first.
     *
     * @param address first byte, a multiple of the page size
     * @param bytes length, rounded up to pages
     * @param intent what the pages are pinned for
     * @return the pin; it outlives mapping and space
     * @throws moraine.core.api.model.MoraineException with nothing pinned: EINVAL for a range that is not one, EFAULT
     *     outside every mapping that allows the intent, EACCES when a type denies it ({@link PinRule#DENY}), EBUSY when
     *     a page cannot go where it may be pinned or others held it for a second, EOVERFLOW when a frame has as many
     *     references as it can count, ENOMEM or EDQUOT as a touch would end
     */
    Pin pin(long address, long bytes, PinKind kind, Intent intent);

    /** {@return a context for the calling thread, near that node; close it when done} */
    CpuContext attach(int node);

    SpaceInfo info();

    /** {@return where the page at the address is, and why} */
    PageInfo why(long address);

    /** {@return the pages of a range that have an entry, at most {@code limit}} */
    List<PageInfo> pages(long address, long bytes, int limit);

    /** Unmaps everything; contexts and launches on it end with EBADF. */
    @Override
    void close();
}
