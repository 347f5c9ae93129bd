/** Takes pages out of memory: what daemons and touches that find no page share, and what the latter add. */
@NullMarked
package moraine.core.impl.reclaim;

import org.jspecify.annotations.NullMarked;
