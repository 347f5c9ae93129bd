/** Mappings of a space: immutable values in copy-on-write sorted chunks, looked up without a lock. */
@NullMarked
package moraine.core.impl.vma;

import org.jspecify.annotations.NullMarked;
