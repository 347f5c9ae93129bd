/**
 * The class-path layer of the launcher: reads feature files, runs Felix and hands the command line to a bundle.
 *
 * <p>Nothing of Moraine is seen from here but the one service that {@link moraine.launcher.boot.CommandLine} describes,
 * which is made of JDK types.
 */
@NullMarked
package moraine.launcher.boot;

import org.jspecify.annotations.NullMarked;
