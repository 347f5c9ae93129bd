/** Address spaces and their operations. */
@NullMarked
package moraine.core.impl.space;

import org.jspecify.annotations.NullMarked;
