/** Runs policies: providers, plans, exchange, guard. */
@NullMarked
package moraine.core.impl.host;

import org.jspecify.annotations.NullMarked;
