/** Starts the framework, wires bundles from feature files, and holds the moraine command. */
@NullMarked
package moraine.launcher;

import org.jspecify.annotations.NullMarked;
