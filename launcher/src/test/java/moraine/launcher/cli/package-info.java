/** Tests of the package of the same name. */
@NullMarked
package moraine.launcher.cli;

import org.jspecify.annotations.NullMarked;
