/** The record of every frame, and the bytes behind it. */
@NullMarked
package moraine.core.impl.frames;

import org.jspecify.annotations.NullMarked;
