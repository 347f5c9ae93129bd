/** What applications advise of ranges: a range map a space, kept by address and not by mapping. */
@NullMarked
package moraine.core.impl.hints;

import org.jspecify.annotations.NullMarked;
