package moraine.core.impl.device;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Device;
import moraine.core.api.model.DeviceInfo;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.Errno;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.LostPage;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.time.Point;
import moraine.core.impl.host.Catalog;
import moraine.core.impl.host.ExitRecords;
import moraine.core.impl.host.Fault;
import moraine.core.impl.host.HostBase;
import moraine.core.impl.host.Offer;
import moraine.core.impl.host.PolicyHost;
import org.jspecify.annotations.Nullable;

/** The devices of one machine: attached when it is made, removed when their driver goes away or goes wrong. */
@SuppressWarnings("ReferenceEquality") // specs and spaces are meant, not their like
public final class Devices implements DeviceHost.Home, Catalog.Listener<DriverProvider> {
    private static final System.Logger LOG = System.getLogger(Devices.class.getName());

    private final HostBase base;
    private final Catalog<DriverProvider> catalog;
    private final PolicyHost policies;
    private final ExitRecords exits;
    private final List<DeviceSpec> specs;
    private final Map<Integer, Long> capacityBytes;
    private final List<DeviceHost> devices = new CopyOnWriteArrayList<>();
    private final List<Departure> departures = new CopyOnWriteArrayList<>();
    private @Nullable DeviceRooms rooms;
    private @Nullable Supplier<List<AddressSpace>> spaces;
    private volatile boolean closed;

    /** A device that went while pages of it are still on its node. */
    private static final class Departure {
        final DeviceHost device;
        /** Whether its driver went, so that it comes again with the next; a driver that was thrown out does not. */
        final boolean withdrawn;
        /** What could not be brought home; empty while it is being tried. */
        volatile List<LostPage> lost = List.of();

        volatile boolean trying = true;

        Departure(DeviceHost device, boolean withdrawn) {
            this.device = device;
            this.withdrawn = withdrawn;
        }
    }

    /** @param capacityBytes of nodes that shall have less than their driver offers */
    public Devices(
            HostBase base,
            Catalog<DriverProvider> catalog,
            PolicyHost policies,
            ExitRecords exits,
            List<DeviceSpec> specs,
            Map<Integer, Long> capacityBytes) {
        this.base = base;
        this.catalog = catalog;
        this.policies = policies;
        this.exits = exits;
        this.specs = specs;
        this.capacityBytes = capacityBytes;
    }

    /**
     * Attaches all devices of the machine. One whose driver throws is absent.
     *
     * @throws MoraineException ENOENT for an unknown driver, EOPNOTSUPP for a device that its driver refuses
     */
    public void attachAll(DeviceRooms theRooms, Supplier<List<AddressSpace>> theSpaces) {
        rooms = theRooms;
        spaces = theSpaces;
        for (DeviceSpec spec : specs) {
            attach(spec, catalog.find(spec.driver()));
        }
        catalog.listen(this);
    }

    private boolean attach(DeviceSpec spec, Offer<DriverProvider> offer) {
        var lend = new DriverInstance.Lend(policies.counters(), policies.watchdog(), fault -> fail(spec, fault));
        var device = new DeviceHost(spec, offer, this, lend);
        Fault fault;
        try {
            fault = device.driver().probe();
        } catch (MoraineException e) {
            device.driver().end(Fault.none(ExitRecord.BY_OPERATOR, "refused"));
            throw e;
        }
        if (fault != null) {
            exits.add(device.end(fault, Errno.ENODEV));
            return false;
        }
        Long limit = capacityBytes.get(spec.node());
        if (limit != null) {
            device.driver().limit(limit >>> Pages.SHIFT);
        }
        bringUp(device);
        return true;
    }

    private void bringUp(DeviceHost device) {
        int node = device.spec().node();
        DeviceRooms theRooms = rooms;
        if (theRooms == null) {
            throw new IllegalStateException("devices have no rooms yet");
        }
        if (device.driver().pages() > 0) {
            base.allocator()
                    .addNode(
                            node,
                            device.driver().pages(),
                            base.regimes().current().typeOfNode(node));
        }
        var calls = policies.requester(device.spec().name(), node);
        device.open(theRooms.open(node, device.driver().guarded(), calls), calls);
        devices.add(device);
    }

    @Override
    public HostBase base() {
        return base;
    }

    @Override
    public void open() {
        if (closed) {
            throw MoraineException.caller(Errno.EBADF, "the machine is closed; make another");
        }
    }

    @Override
    public boolean owns(AddressSpace space) {
        Supplier<List<AddressSpace>> all = spaces;
        return all != null && all.get().stream().anyMatch(other -> other == space);
    }

    /** {@return the device of that name} */
    public Device find(String name) {
        return devices.stream()
                .filter(device -> device.spec().name().equals(name))
                .findFirst()
                .orElseThrow(() -> absent(name));
    }

    private MoraineException absent(String name) {
        boolean known = specs.stream().anyMatch(spec -> spec.name().equals(name));
        String there =
                devices.stream().map(device -> device.spec().name()).toList().toString();
        return known
                ? MoraineException.caller(
                        Errno.ENODEV,
                        "device " + name + " is absent, for its driver ended; install its driver, or use one of the"
                                + " devices now: " + there)
                : MoraineException.caller(Errno.ENOENT, "no device is named " + name + "; devices: " + there);
    }

    /** {@return the devices that are there, by node} */
    public List<DeviceInfo> infos() {
        return devices.stream()
                .map(DeviceHost::infoNow)
                .sorted(Comparator.comparingInt(DeviceInfo::node))
                .toList();
    }

    /** A space's DeviceTables are closed. */
    public void spaceClosed(int space, Errno why) {
        devices.forEach(device -> device.spaceClosed(space, why));
    }

    private void fail(DeviceSpec spec, Fault fault) {
        for (DeviceHost device : devices) {
            if (device.spec() == spec) {
                fail(device, fault);
            }
        }
    }

    @Override
    public void fail(DeviceHost device, Fault fault) {
        policies.desk().post(() -> remove(device, fault));
    }

    /** {@return the pages that did not come home when their device went, one by one} */
    public List<LostPage> lostPages() {
        return departures.stream().flatMap(gone -> gone.lost.stream()).toList();
    }

    /**
     * A driver came: devices that are absent for want of it are attached. One whose memory is not off the machine yet
     * follows when it is; what was given up as lost is tried once more.
     */
    @Override
    public void came(Offer<DriverProvider> offer) {
        policies.desk().post(() -> {
            for (Departure gone : departures) {
                if (!gone.trying && gone.device.spec().driver().equals(offer.name())) {
                    gone.trying = true;
                    comeHome(gone, 0);
                }
            }
            attachAbsent(offer);
        });
    }

    private void attachAbsent(Offer<DriverProvider> offer) {
        boolean any = false;
        for (DeviceSpec spec : specs) {
            boolean absent = devices.stream().noneMatch(device -> device.spec() == spec);
            if (absent && !closed && spec.driver().equals(offer.name()) && free(spec.node())) {
                any |= attach(spec, offer);
            }
        }
        if (any) {
            policies.refresh();
        }
    }

    private boolean free(int node) {
        return base.allocator().capacity(node) == 0;
    }

    @Override
    public void gone(Offer<DriverProvider> offer) {
        for (DeviceHost device : devices) {
            if (device.isOf(offer)) {
                remove(device, Fault.none(ExitRecord.BUNDLE_STOPPED, offer.bundle() + " was stopped"));
            }
        }
    }

    /** Removes a device with live pages: they come home, or are reported. */
    private void remove(DeviceHost device, Fault why) {
        if (closed || !devices.remove(device)) {
            return;
        }
        ExitRecord exit = device.end(why, Errno.ENODEV);
        policies.refresh();
        exits.add(exit);
        base.environment().points().reach(Point.REMOVAL_MARKED);
        Departure gone = new Departure(device, why.kind() == ExitRecord.BUNDLE_STOPPED);
        departures.add(gone);
        comeHome(gone, 0);
    }

    private void comeHome(Departure gone, int tries) {
        DeviceHost device = gone.device;
        if (device.evacuate(base.limits().drainNs()) && device.removeMemory()) {
            departures.remove(gone);
            catalog.offers().stream()
                    .filter(offer ->
                            gone.withdrawn && offer.name().equals(device.spec().driver()))
                    .findFirst()
                    .ifPresent(offer -> policies.desk().post(() -> attachAbsent(offer)));
        } else if (tries < base.tuning().deviceDepartures && !closed) {
            policies.desk().post(() -> comeHome(gone, tries + 1));
        } else if (!closed) {
            giveUp(gone);
        }
    }

    /** Reports what did not come home, page by page; the counter keeps how many there ever were. */
    private void giveUp(Departure gone) {
        List<LostPage> lost = gone.device.lostPages();
        base.counters()
                .counter(
                        "device." + gone.device.spec().name() + ".stranded",
                        "pages",
                        "Pages that could not be brought home when the device went away")
                .add(lost.size());
        gone.lost = lost;
        gone.trying = false;
        for (LostPage page : lost) {
            LOG.log(System.Logger.Level.WARNING, "lost with its device: " + page);
        }
    }

    /** Ends all devices with the machine; pages go with their spaces. */
    public void close() {
        catalog.ignore(this);
        closed = true;
        for (DeviceHost device : devices) {
            exits.add(device.end(Fault.none(ExitRecord.MACHINE_CLOSED, "the machine was closed"), Errno.EBADF));
        }
        devices.clear();
    }
}
