/** Machines and what makes them. */
@NullMarked
package moraine.core.impl.machine;

import org.jspecify.annotations.NullMarked;
