/** What a daemon implements, and what it works with. */
@Version("0.1.0")
@Export(substitution = Export.Substitution.NOIMPORT)
@NullMarked
package moraine.core.api.daemon;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
