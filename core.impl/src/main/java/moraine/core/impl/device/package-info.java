/** Runs drivers: devices, streams, launches. */
@NullMarked
package moraine.core.impl.device;

import org.jspecify.annotations.NullMarked;
