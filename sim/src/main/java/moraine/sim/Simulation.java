package moraine.sim;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.time.Environment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The simulation as a service. What is wrong with a request is thrown as
 * {@link moraine.core.api.model.MoraineException} with a line for people: ENOENT for a profile, workload, policy or
 * file that there is not, EINVAL for what cannot be read and for a policy that cannot drive the machine. It is thrown
 * before anything is simulated; only what stands in a trace's file is found while it is read.
 */
@ProviderType
public interface Simulation {
    /** {@return the profiles that come with it} */
    List<Choice> profiles();

    /** {@return the workloads that come with it; a trace is named by its file} */
    List<Choice> workloads();

    /** {@return the profile of that name, or the one in that {@code .yaml} file} */
    TopologyProfile profile(String nameOrFile);

    /**
     * {@return the names of a profile's figures, such as {@code processors.1.fault}: the path to it in the profile's
     * file} A name without the number of an entry, such as {@code copies.perPage}, stands for all entries.
     */
    List<String> figures(String nameOrFile);

    /**
     * Runs a subject under each policy, each on a machine of its own in virtual time. The same request gives the same
     * result, to the last bit.
     *
     * @param executor runs the policies, side by side if it likes; {@code Runnable::run} will do
     * @param progress told of each policy as it ends, by the thread that ran it
     */
    ComparisonResult compare(ComparisonRequest request, Executor executor, Consumer<String> progress);

    /** Refuses what {@link #open(RunRequest)} would refuse, without making the subject's data. */
    void check(RunRequest request);

    /** Makes a machine in virtual time for one run; close it when done. */
    Run open(RunRequest request);

    /** Makes a machine in the given environment for one run with bytes behind it; close it when done. */
    Run open(RunRequest request, Environment environment);

    /** Writes results, one after another, and nothing else. */
    void report(List<ComparisonResult> results, ReportFormat format, Appendable out) throws IOException;
}
