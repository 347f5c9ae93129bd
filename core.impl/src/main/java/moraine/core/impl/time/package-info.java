/** Wall-clock time: actors as threads. */
@NullMarked
package moraine.core.impl.time;

import org.jspecify.annotations.NullMarked;
