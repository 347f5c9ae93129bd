/** Tests of address spaces. */
@NullMarked
package moraine.core.impl.space;

import org.jspecify.annotations.NullMarked;
