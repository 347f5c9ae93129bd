package moraine.core.impl.device;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** What a device may be asked to look at: whole pages within user space. */
final class DeviceRange {
    private DeviceRange() {}

    /** @throws MoraineException EINVAL with what is wrong */
    static void check(long address, long bytes) {
        if (!Pages.aligned(address) || !Pages.aligned(bytes)) {
            throw invalid(address, bytes, "is not made of pages of " + Pages.SIZE + " bytes; align both");
        }
        if (address < 0 || bytes <= 0 || address > Pages.ADDRESS_LIMIT - bytes) {
            throw invalid(
                    address,
                    bytes,
                    "is empty or ends beyond 0x" + Long.toHexString(Pages.ADDRESS_LIMIT) + "; choose a part of it");
        }
        if (bytes >>> Pages.SHIFT > Integer.MAX_VALUE - 8) {
            throw invalid(
                    address, bytes, "has more pages than " + (Integer.MAX_VALUE - 8) + "; ask for less at a time");
        }
    }

    private static MoraineException invalid(long address, long bytes, String what) {
        return MoraineException.caller(
                Errno.EINVAL, "range from 0x" + Long.toHexString(address) + " of " + bytes + " bytes " + what);
    }
}
