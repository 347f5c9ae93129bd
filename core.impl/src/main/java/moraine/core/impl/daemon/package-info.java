/** Daemons: their host, and what it lets them do to frames. */
@NullMarked
package moraine.core.impl.daemon;

import org.jspecify.annotations.NullMarked;
