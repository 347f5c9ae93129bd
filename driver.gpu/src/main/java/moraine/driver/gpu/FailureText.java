package moraine.driver.gpu;

import java.util.Locale;
import moraine.core.api.model.Errno;

/** The lines that say why a launch failed. */
final class FailureText {
    private FailureText() {}

    /** An access of a block that cannot be completed. */
    static String access(ResidentBlock block, long page, Errno errno) {
        long address = Math.max(page, block.faultAddress());
        return at(block) + " cannot " + block.faultIntent().name().toLowerCase(Locale.ROOT) + " 0x"
                + Long.toHexString(address) + ": " + remedy(errno);
    }

    /** A missing translation on a device that cannot wait for it. */
    static String unmapped(ResidentBlock block, FaultLatch fault) {
        return at(block) + " has no translation to " + fault.intent().name().toLowerCase(Locale.ROOT) + " 0x"
                + Long.toHexString(fault.address()) + " and the device cannot fault; map the range to it first";
    }

    /** A block that did not let a page fault pass. */
    static String caught(ResidentBlock block, FaultLatch fault) {
        return at(block) + " caught the page fault at 0x" + Long.toHexString(fault.address()) + "; let it pass";
    }

    /** Anything else that a block threw. */
    static String thrown(ResidentBlock block, Throwable thrown) {
        return at(block) + " threw " + thrown;
    }

    /** A launch that was ended from outside. */
    static String cut(Grid grid, String why) {
        return "ended after " + grid.finished() + " of " + grid.blocks() + " blocks: " + why;
    }

    private static String at(ResidentBlock block) {
        return "block " + block.index() + " of " + block.grid().blocks();
    }

    private static String remedy(Errno errno) {
        return switch (errno) {
            case EFAULT -> "EFAULT, no mapping allows it; map the range and allow the access first";
            case EPERM, EACCES -> errno + ", the device may not; allow the access first";
            case ENOMEM -> "ENOMEM, no page in the allowed nodes";
            case EDQUOT -> "EDQUOT, the tenant's quota is used up; raise it or free memory";
            case SIGBUS -> "SIGBUS, the page is lost; map the range anew";
            default -> errno.name();
        };
    }
}
