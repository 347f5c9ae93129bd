/** Every race that the mechanism has to survive, forced at named points. */
@NullMarked
package moraine.core.impl.races;

import org.jspecify.annotations.NullMarked;
