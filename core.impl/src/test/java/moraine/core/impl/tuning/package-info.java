/** Tests of tuning. */
@NullMarked
package moraine.core.impl.tuning;

import org.jspecify.annotations.NullMarked;
