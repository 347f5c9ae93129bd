/** Memory policies of ranges, tasks and spaces: what was asked for, and what it means for the next page. */
@NullMarked
package moraine.core.impl.mempolicy;

import org.jspecify.annotations.NullMarked;
