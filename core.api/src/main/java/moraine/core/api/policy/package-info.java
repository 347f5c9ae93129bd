/** What a placement policy implements. */
@Version("0.1.0")
@Export(substitution = Export.Substitution.NOIMPORT)
@NullMarked
package moraine.core.api.policy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
