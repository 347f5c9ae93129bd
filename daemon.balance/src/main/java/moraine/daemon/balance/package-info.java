/** NUMA balancing and tiering: pages go to the processors that use them, and into memory as fast as their use. */
@NullMarked
package moraine.daemon.balance;

import org.jspecify.annotations.NullMarked;
