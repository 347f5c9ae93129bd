/**
 * What the conformance suites share: trials, how each ended, and the report. JUnit and the command line are adapters.
 */
@Version("0.1.0")
@Export
@NullMarked
package moraine.testkit.suite;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
