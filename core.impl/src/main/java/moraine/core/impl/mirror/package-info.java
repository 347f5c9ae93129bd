/** Interval notifiers, range snapshots, and the DeviceTables they keep current. */
@NullMarked
package moraine.core.impl.mirror;

import org.jspecify.annotations.NullMarked;
