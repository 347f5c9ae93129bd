/** Frameworks for tests: the launcher's features in a Pax Exam container, probes in bundles, class-loader release. */
@NullMarked
package moraine.itest.container;

import org.jspecify.annotations.NullMarked;
