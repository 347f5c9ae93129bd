/** CPU faults, and device faults in batches. */
@NullMarked
package moraine.core.impl.faults;

import org.jspecify.annotations.NullMarked;
