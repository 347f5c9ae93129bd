/** Conformance suites and faulty plug-ins that authors of policies and drivers run. */
@NullMarked
package moraine.testkit;

import org.jspecify.annotations.NullMarked;
