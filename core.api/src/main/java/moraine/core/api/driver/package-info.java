/** What a device driver and the kernels that run on its device implement. */
@Version("0.1.0")
@Export(substitution = Export.Substitution.NOIMPORT)
@NullMarked
package moraine.core.api.driver;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
