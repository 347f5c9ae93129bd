/** Processor contexts: software TLB, access sections, shoot-down. */
@NullMarked
package moraine.core.impl.access;

import org.jspecify.annotations.NullMarked;
