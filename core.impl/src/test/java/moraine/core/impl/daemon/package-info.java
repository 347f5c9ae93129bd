@NullMarked
package moraine.core.impl.daemon;

import org.jspecify.annotations.NullMarked;
