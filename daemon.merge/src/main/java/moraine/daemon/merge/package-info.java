/** Merging in the background: pages of equal content become one. */
@NullMarked
package moraine.daemon.merge;

import org.jspecify.annotations.NullMarked;
