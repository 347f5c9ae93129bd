/** Tests of TLB and access sections. */
@NullMarked
package moraine.core.impl.access;

import org.jspecify.annotations.NullMarked;
