/**
 * The conformance suite {@code cdm}: what placement policies for coherent device memory are held to. Each claims what
 * it can, and is tested for all that it claims.
 */
@Version("0.1.0")
@Export
@NullMarked
package moraine.testkit.cdm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
