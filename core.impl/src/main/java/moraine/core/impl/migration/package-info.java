/** The slot machine collect, unmap, copy, move, finalise; eviction and conversion. */
@NullMarked
package moraine.core.impl.migration;

import org.jspecify.annotations.NullMarked;
