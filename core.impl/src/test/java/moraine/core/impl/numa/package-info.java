/** Tests of NUMA hints. */
@NullMarked
package moraine.core.impl.numa;

import org.jspecify.annotations.NullMarked;
