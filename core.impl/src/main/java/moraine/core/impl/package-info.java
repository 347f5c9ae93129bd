/** The mechanism, and the host that runs policies, drivers and daemons. */
@NullMarked
package moraine.core.impl;

import org.jspecify.annotations.NullMarked;
