/** Tests of the checker: faults of every kind are planted, and it has to name each. */
@NullMarked
package moraine.core.impl.check;

import org.jspecify.annotations.NullMarked;
