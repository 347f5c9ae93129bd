/** Swap: slots that keep the content of anonymous pages, the way out of memory and back. */
@NullMarked
package moraine.core.impl.swap;

import org.jspecify.annotations.NullMarked;
