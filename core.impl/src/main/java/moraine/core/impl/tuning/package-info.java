/** The described numbers of the mechanism: their table, and the values of one machine. */
@NullMarked
package moraine.core.impl.tuning;

import org.jspecify.annotations.NullMarked;
