/** Tests of exclusive access. */
@NullMarked
package moraine.core.impl.exclusive;

import org.jspecify.annotations.NullMarked;
