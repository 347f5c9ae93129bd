@NullMarked
package moraine.core.impl.faults;

import org.jspecify.annotations.NullMarked;
