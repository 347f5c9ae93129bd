/** Tests of balancing. */
@NullMarked
package moraine.daemon.balance;

import org.jspecify.annotations.NullMarked;
