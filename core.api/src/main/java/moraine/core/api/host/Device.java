package moraine.core.api.host;

import moraine.core.api.driver.Kernel;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.MigrationReport;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A device as an application sees it. Ranges start and end at pages (EINVAL otherwise); a device that went away answers
 * ENODEV, a space that was closed EBADF.
 */
@ProviderType
public interface Device {
    DeviceInfo info();

    /** {@return a new stream: kernels in one stream run one after another, streams run side by side} */
    Stream stream(AddressSpace space);

    /**
     * Makes the pages of a range the device's alone, page by page (Linux make_device_exclusive): CPUs and other devices
     * lose their translations, and the device may make atomic accesses that no other processor interleaves with. The
     * pages come to memory that CPUs can address, if need be. Whoever touches a page next takes the right away.
     *
     * @param address first byte, a multiple of the page size
     * @param bytes length of the range, rounded up to pages
     * @return pages that became exclusive as moved, pages that were before as already there; 0 skipped
     * @throws moraine.core.api.model.MoraineException at the first page that fails, with those before it exclusive:
     *     EINVAL for a range that is not one, EFAULT outside every mapping that allows reads, EPERM in one that forbids
     *     writes, EOPNOTSUPP for shared or file memory, EBUSY when others held the page for a second, ENOMEM, EDQUOT or
     *     SIGBUS as a write would end, ENODEV when the device is gone, EBADF when the space is closed
     */
    MigrationReport exclusive(AddressSpace space, long address, long bytes);

    /** Runs one kernel in a stream of its own. */
    default Launch launch(AddressSpace space, Kernel kernel) {
        return stream(space).launch(kernel);
    }

    /**
     * Shows what the device would find in a range without asking for anything: no fault, no change (Linux
     * hmm_range_fault without a request). Holes in the range are legal. A hint from the moment it is returned.
     *
     * @return a byte of {@link moraine.core.api.model.Snapshot} a page
     * @throws moraine.core.api.model.MoraineException EBUSY when the range kept changing until the deadline
     */
    byte[] snapshot(AddressSpace space, long address, long bytes);

    /**
     * Moves pages of system memory to the device (Linux migrate_vma with SELECT_SYSTEM); holes and zero pages of
     * private memory are made there directly. What cannot move stays and is counted as skipped: pages of any device,
     * pinned or busy ones, shared memory that the device's type cannot hold, and what finds no room.
     *
     * @throws moraine.core.api.model.MoraineException EINVAL where nothing is mapped or reading is not allowed; then
     *     nothing has moved
     */
    MigrationReport migrateToDevice(AddressSpace space, long address, long bytes);

    /**
     * Moves the device's own pages of a range to system memory (Linux migrate_vma with SELECT_DEVICE).
     *
     * @throws moraine.core.api.model.MoraineException as {@link #migrateToDevice}
     */
    MigrationReport migrateToSystem(AddressSpace space, long address, long bytes);

    /**
     * Sends every page of the device to system memory, of whatever space, found by physical pages alone.
     *
     * @return how many left; those that are pinned or busy all the time stay
     */
    long evict();

    /**
     * Makes memory that the driver shows to applications: pages of RAM near the device, zero at first, there until the
     * handle is closed and the last mapping is gone. They stay where they are: neither migration nor eviction moves
     * them, and mappings are not resized beyond them.
     *
     * @param bytes rounded up to whole pages
     * @throws moraine.core.api.model.MoraineException ENOMEM, EINVAL for a length that is not positive
     */
    Mappable buffer(long bytes);
}
