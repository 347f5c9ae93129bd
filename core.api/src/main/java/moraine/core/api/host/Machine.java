package moraine.core.api.host;

import java.nio.file.Path;
import java.util.List;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.Event;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.model.TenantInfo;
import moraine.core.api.model.Tunable;
import moraine.core.api.model.Violation;
import moraine.core.api.time.Environment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Heterogeneous memory under one mechanism: nodes, address spaces, devices, tenants and the policy that places pages.
 * All methods may be called by any thread. After {@link #close} every call on it and on what it made fails with EBADF.
 */
@ProviderType
public interface Machine extends MachineView, AutoCloseable {
    /** Tenant of spaces that name none: may use every node, without quota. */
    String DEFAULT_TENANT = "default";

    MachineSpec spec();

    Environment environment();

    /** {@return a new address space of {@link #DEFAULT_TENANT}} */
    default AddressSpace openSpace(String name) {
        return openSpace(name, DEFAULT_TENANT);
    }

    /**
     * Makes an address space.
     *
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown tenant
     */
    AddressSpace openSpace(String name, String tenant);

    List<AddressSpace> spaces();

    /**
     * Opens a file through the page cache. Opening it again gives another handle on the same pages.
     *
     * @param path an existing regular file
     * @param writable whether the handle may change it
     * @throws moraine.core.api.model.MoraineException ENOENT when there is none, EACCES when the system refuses, EIO
     */
    CachedFile openFile(Path path, boolean writable);

    /**
     * Makes or changes a tenant.
     *
     * @param allowed nodes it may allocate from
     * @param quotaPages limit by node id, -1 for none; nodes beyond the list are unlimited
     */
    void tenant(String name, NodeSet allowed, List<Long> quotaPages);

    List<TenantInfo> tenants();

    /**
     * Sets how many pages in turn a node gets under
     * {@link moraine.core.api.model.MemoryPolicy.Mode#WEIGHTED_INTERLEAVE}.
     *
     * @param weight 1 to 255, or 0 for the usual one: the node's part of the bandwidth that CPUs have to all nodes
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown node, EINVAL for another weight
     */
    void interleaveWeight(int node, int weight);

    /** {@return the weights by node id, 0 for ids without a node} */
    List<Integer> interleaveWeights();

    /**
     * {@return the device of that name}
     *
     * @throws moraine.core.api.model.MoraineException ENOENT for a name that no device of the machine has, ENODEV for
     *     one whose device is going or gone
     */
    Device device(String name);

    /**
     * {@return the pages that could not be brought home when their device went away, one by one} A page is on the list
     * until it comes home after all, which is tried again when a driver for the device comes.
     */
    List<LostPage> lostPages();

    Policies policies();

    /** {@return the daemons that the spec names, in its order, then those that are offered besides} */
    List<DaemonInfo> daemons();

    /** {@return all counters, in the order of their names} */
    List<CounterInfo> counters();

    /**
     * {@return the value of a counter}
     *
     * @throws moraine.core.api.model.MoraineException ENOENT
     */
    long counter(String name);

    /** {@return the plug-in providers that are installed, with what each may be given, by kind and name} */
    List<PluginInfo> plugins();

    /** {@return what the machine was tuned to when it was made, in the order of the names} */
    List<Tunable> tunables();

    /** {@return the last events, oldest first; the ring is bounded} */
    List<Event> events();

    /**
     * Walks the whole state and proves the invariants. Stops the world as far as it must: callers see no difference but
     * delay.
     *
     * @return what is broken; empty when all is well
     */
    List<Violation> check();

    @Override
    void close();
}
