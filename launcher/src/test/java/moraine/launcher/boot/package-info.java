/** Tests of the class-path layer, with frameworks that are started for real. */
@NullMarked
package moraine.launcher.boot;

import org.jspecify.annotations.NullMarked;
