/** Tests of the arbiter. */
@NullMarked
package moraine.daemon.arbiter;

import org.jspecify.annotations.NullMarked;
