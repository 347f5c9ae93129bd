@NullMarked
package moraine.sim.profile;

import org.jspecify.annotations.NullMarked;
