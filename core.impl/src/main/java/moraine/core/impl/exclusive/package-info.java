/** Exclusive access: a device's sole right to a page of RAM, for atomics, until somebody else touches it. */
@NullMarked
package moraine.core.impl.exclusive;

import org.jspecify.annotations.NullMarked;
