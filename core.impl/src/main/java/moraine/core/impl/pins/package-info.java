/** Pins: pages held where they are for somebody who does not translate. */
@NullMarked
package moraine.core.impl.pins;

import org.jspecify.annotations.NullMarked;
