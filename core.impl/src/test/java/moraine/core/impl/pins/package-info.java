/** Tests of pins. */
@NullMarked
package moraine.core.impl.pins;

import org.jspecify.annotations.NullMarked;
