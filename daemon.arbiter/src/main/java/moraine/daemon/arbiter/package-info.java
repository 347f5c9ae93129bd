/** Arbitration between tenants: what one leaves idle makes room for another that starves. */
@NullMarked
package moraine.daemon.arbiter;

import org.jspecify.annotations.NullMarked;
