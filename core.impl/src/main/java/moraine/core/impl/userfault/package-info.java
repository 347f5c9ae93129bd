/** Ranges whose missing pages an external handler fills. */
@NullMarked
package moraine.core.impl.userfault;

import org.jspecify.annotations.NullMarked;
