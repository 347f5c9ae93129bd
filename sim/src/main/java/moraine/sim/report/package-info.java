/** Writers of results: table, CSV, JSON. */
@NullMarked
package moraine.sim.report;

import org.jspecify.annotations.NullMarked;
