/** What authors of policies and drivers test with; needs nothing but the API. */
@Version("0.1.0")
@Export
@NullMarked
package moraine.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
