package moraine.core.impl.daemon;

import java.util.random.RandomGenerator;
import moraine.core.api.daemon.Fallbacks;
import moraine.core.api.daemon.Folios;
import moraine.core.api.daemon.HintFaults;
import moraine.core.api.daemon.Owners;
import moraine.core.api.host.DaemonContext;
import moraine.core.api.host.MachineView;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.host.RevocableView;

/** What a daemon instance may ask of the host, until it is revoked. */
final class DaemonContextImpl implements DaemonContext {
    private static final int MOST = 1 << 16;

    private final String instance;
    private final RevocableView view;
    private final RandomGenerator random;
    private final Object owner;
    private volatile boolean revoked;

    /** @param owner of the lists that it makes */
    DaemonContextImpl(String instance, MachineView view, RandomGenerator random, Object owner) {
        this.instance = instance;
        this.view = new RevocableView(instance, view);
        this.random = random;
        this.owner = owner;
    }

    private void check() {
        if (revoked) {
            throw RevocableView.revoked(instance);
        }
    }

    @Override
    public MachineView view() {
        return view;
    }

    @Override
    public RandomGenerator random() {
        check();
        return random;
    }

    @Override
    public Folios folios(int capacity) {
        return new FolioList(owner, within(capacity, "folios"));
    }

    @Override
    public HintFaults hintFaults(int capacity) {
        return new HintFaultList(owner, within(capacity, "folios"));
    }

    @Override
    public Fallbacks fallbacks(int capacity) {
        return new FallbackList(owner, within(capacity, "rows"));
    }

    @Override
    public Owners owners() {
        check();
        return new OwnerList(owner);
    }

    private int within(int capacity, String what) {
        check();
        if (capacity < 1 || capacity > MOST) {
            throw MoraineException.caller(
                    Errno.EINVAL, "a list of " + capacity + " " + what + " is out of range; ask for 1 to " + MOST);
        }
        return capacity;
    }

    void revoke() {
        revoked = true;
        view.revoke();
    }
}
