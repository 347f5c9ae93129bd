@NullMarked
package moraine.core.impl.reclaim;

import org.jspecify.annotations.NullMarked;
