/** What the core implements and applications and plug-ins call: machines, address spaces, contexts, devices. */
@Version("0.1.0")
@Export(substitution = Export.Substitution.NOIMPORT)
@NullMarked
package moraine.core.api.host;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
