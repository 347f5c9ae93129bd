/** Tests of merging. */
@NullMarked
package moraine.core.impl.merge;

import org.jspecify.annotations.NullMarked;
