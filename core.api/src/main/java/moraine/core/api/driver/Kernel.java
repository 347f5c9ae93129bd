package moraine.core.api.driver;

import org.osgi.annotation.versioning.ConsumerType;

/** A program for a device: a grid of blocks that may run in any order and side by side. */
@ConsumerType
public interface Kernel {
    String name();

    /** {@return how many blocks the grid has} */
    int blocks();

    /** {@return the block of that index; called once each, when it becomes resident} */
    Block block(int index);
}
