package moraine.core.impl.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Policies;
import moraine.core.api.model.CounterInfo;
import moraine.core.api.model.DaemonInfo;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Event;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MachineSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeInfo;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.model.TenantInfo;
import moraine.core.api.model.TopologyProfile;
import moraine.core.api.model.Tunable;
import moraine.core.api.model.Violation;
import moraine.core.api.time.Environment;

/** A machine: one call each into its rooms, as long as it is open. */
final class MachineImpl implements Machine {
    private final Assembly parts;
    private final Consumer<MachineImpl> closed;
    private final AtomicBoolean closing = new AtomicBoolean();

    /** @param closed told once it is closed */
    MachineImpl(Assembly parts, Consumer<MachineImpl> closed) {
        this.parts = parts;
        this.closed = closed;
    }

    private Assembly open() {
        if (closing.get()) {
            throw MoraineException.caller(Errno.EBADF, "machine " + parts.spec().name() + " is closed; make another");
        }
        return parts;
    }

    @Override
    public MachineSpec spec() {
        return open().spec();
    }

    @Override
    public Environment environment() {
        return open().environment();
    }

    @Override
    public TopologyProfile profile() {
        return open().view().profile();
    }

    @Override
    public List<NodeInfo> nodes() {
        return open().view().nodes();
    }

    @Override
    public List<DeviceInfo> devices() {
        return open().view().devices();
    }

    @Override
    public AddressSpace openSpace(String name, String tenant) {
        Assembly mine = open();
        return mine.mechanism().open(name, mine.tenants().id(tenant));
    }

    @Override
    public List<AddressSpace> spaces() {
        return open().mechanism().spaces();
    }

    @Override
    public CachedFile openFile(Path path, boolean writable) {
        return open().mechanism().openFile(path, writable);
    }

    @Override
    public void tenant(String name, NodeSet allowed, List<Long> quotaPages) {
        open().tenants().define(name, allowed, quotaPages);
    }

    @Override
    public List<TenantInfo> tenants() {
        return open().tenants().list();
    }

    @Override
    public void interleaveWeight(int node, int weight) {
        open().mechanism().weights().set(node, weight);
    }

    @Override
    public List<Integer> interleaveWeights() {
        return open().mechanism().weights().list();
    }

    @Override
    public Device device(String name) {
        return open().devices().find(name);
    }

    @Override
    public Policies policies() {
        return open().policies();
    }

    @Override
    public List<DaemonInfo> daemons() {
        return open().daemons().infos();
    }

    @Override
    public List<CounterInfo> counters() {
        return open().counters().list();
    }

    @Override
    public long counter(String name) {
        return open().counters().value(name);
    }

    @Override
    public List<PluginInfo> plugins() {
        return open().installed().list();
    }

    @Override
    public List<Tunable> tunables() {
        return open().tuning().tunables();
    }

    @Override
    public List<Event> events() {
        return open().events().list();
    }

    @Override
    public List<LostPage> lostPages() {
        return open().devices().lostPages();
    }

    @Override
    public List<Violation> check() {
        return open().mechanism().check();
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            parts.close();
            closed.accept(this);
        }
    }
}
