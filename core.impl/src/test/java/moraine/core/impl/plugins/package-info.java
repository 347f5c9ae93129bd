/** Hand-written plug-ins and environments for tests. */
@NullMarked
package moraine.core.impl.plugins;

import org.jspecify.annotations.NullMarked;
