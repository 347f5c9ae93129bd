/** Tests of the package of the same name. */
@NullMarked
package moraine.launcher.time;

import org.jspecify.annotations.NullMarked;
