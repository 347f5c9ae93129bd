/** Tests of mirror. */
@NullMarked
package moraine.core.impl.mirror;

import org.jspecify.annotations.NullMarked;
