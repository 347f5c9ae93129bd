/** Virtual time: the event loop, the cache filter and the cost model of a modelled machine. */
@NullMarked
package moraine.sim.time;

import org.jspecify.annotations.NullMarked;
