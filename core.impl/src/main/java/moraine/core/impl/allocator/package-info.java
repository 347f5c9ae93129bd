/** Frames handed out: buddy zones, per-worker caches, zonelists as data. */
@NullMarked
package moraine.core.impl.allocator;

import org.jspecify.annotations.NullMarked;
