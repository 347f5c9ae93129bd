/** The JVM's own clock and threads, which the launcher hands to the core. */
@NullMarked
package moraine.launcher.time;

import org.jspecify.annotations.NullMarked;
