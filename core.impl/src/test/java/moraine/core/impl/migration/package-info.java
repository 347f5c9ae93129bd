/** Tests of the slot machine that act between its steps. */
@NullMarked
package moraine.core.impl.migration;

import org.jspecify.annotations.NullMarked;
