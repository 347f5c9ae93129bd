/** Tests of what the suites share. */
@NullMarked
package moraine.testkit.suite;

import org.jspecify.annotations.NullMarked;
