/** The managed-node strategy: a device is a node that is closed but for the features that it was registered with. */
@NullMarked
package moraine.policy.managed;

import org.jspecify.annotations.NullMarked;
