/** Reclaim in the background: pages that nobody uses leave a node before it is full. */
@NullMarked
package moraine.daemon.reclaim;

import org.jspecify.annotations.NullMarked;
