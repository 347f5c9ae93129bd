/** Tests of vma. */
@NullMarked
package moraine.core.impl.vma;

import org.jspecify.annotations.NullMarked;
