/**
 * The moraine command and its shell: one object a verb, used by both. A command line arrives as a service call from
 * package boot and is answered with an exit status.
 */
@NullMarked
package moraine.launcher.cli;

import org.jspecify.annotations.NullMarked;
