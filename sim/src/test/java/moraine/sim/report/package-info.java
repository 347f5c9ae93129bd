@NullMarked
package moraine.sim.report;

import org.jspecify.annotations.NullMarked;
