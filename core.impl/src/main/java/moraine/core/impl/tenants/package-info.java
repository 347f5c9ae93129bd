/** Owners of pages: charge, quota, allowed nodes. */
@NullMarked
package moraine.core.impl.tenants;

import org.jspecify.annotations.NullMarked;
