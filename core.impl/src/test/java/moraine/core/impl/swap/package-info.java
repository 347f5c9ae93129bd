/** Pages in swap, on real machines. */
@NullMarked
package moraine.core.impl.swap;

import org.jspecify.annotations.NullMarked;
