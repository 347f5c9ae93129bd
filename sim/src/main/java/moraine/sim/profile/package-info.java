/** Machine profiles: files in which every figure has value, unit, source and confidence. */
@NullMarked
package moraine.sim.profile;

import org.jspecify.annotations.NullMarked;
