/** The checker that walks the whole state and proves the invariants. */
@NullMarked
package moraine.core.impl.check;

import org.jspecify.annotations.NullMarked;
