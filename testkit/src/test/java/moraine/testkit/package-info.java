/** Tests of the test kit. */
@NullMarked
package moraine.testkit;

import org.jspecify.annotations.NullMarked;
