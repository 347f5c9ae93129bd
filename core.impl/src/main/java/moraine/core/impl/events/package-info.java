/** What happened, in a bounded ring and in JFR. */
@NullMarked
package moraine.core.impl.events;

import org.jspecify.annotations.NullMarked;
