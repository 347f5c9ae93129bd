/** Memory types as indices that fit a frame's record. */
@NullMarked
package moraine.core.impl.types;

import org.jspecify.annotations.NullMarked;
