/** Merging of pages with equal content: what is looked at, compared, and remembered. */
@NullMarked
package moraine.core.impl.merge;

import org.jspecify.annotations.NullMarked;
