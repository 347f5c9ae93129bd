/** Tests of reclaim. */
@NullMarked
package moraine.daemon.reclaim;

import org.jspecify.annotations.NullMarked;
