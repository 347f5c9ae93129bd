/** Traces, machine profiles, cost model, comparison and reports: what the command line asks of the simulation. */
@Version("0.1.0")
@Export(substitution = Export.Substitution.NOIMPORT)
@NullMarked
package moraine.sim;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
