/** Tests of memory policies. */
@NullMarked
package moraine.core.impl.mempolicy;

import org.jspecify.annotations.NullMarked;
