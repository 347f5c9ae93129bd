/** Memory objects: from a frame's object and index to the mappings that cover it. */
@NullMarked
package moraine.core.impl.rmap;

import org.jspecify.annotations.NullMarked;
