/** NUMA hints: planting them, and who was seen to touch. */
@NullMarked
package moraine.core.impl.numa;

import org.jspecify.annotations.NullMarked;
