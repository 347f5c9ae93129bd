/** Comparisons on the real core, driver and policies, in one class path. */
@NullMarked
package moraine.itest.compare;

import org.jspecify.annotations.NullMarked;
