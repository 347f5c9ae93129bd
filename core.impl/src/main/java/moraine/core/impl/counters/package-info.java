/** Counters with name, unit and description. */
@NullMarked
package moraine.core.impl.counters;

import org.jspecify.annotations.NullMarked;
