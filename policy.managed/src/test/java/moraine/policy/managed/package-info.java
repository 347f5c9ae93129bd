/** Tests of the managed-node strategy. */
@NullMarked
package moraine.policy.managed;

import org.jspecify.annotations.NullMarked;
