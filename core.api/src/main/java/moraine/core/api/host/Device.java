package moraine.core.api.host;

import moraine.core.api.driver.Kernel;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.MigrationReport;
import org.osgi.annotation.versioning.ProviderType;

/** A device as an application sees it. */
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
}
