/**
 * The conformance suite {@code hmm}: what the kernel's own tests of heterogeneous memory management
 * (tools/testing/selftests/mm/hmm-tests.c) demand, for any driver. Plain Java over the API; JUnit and the command line
 * are adapters.
 */
@Version("0.1.0")
@Export
@NullMarked
package moraine.testkit.hmm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
