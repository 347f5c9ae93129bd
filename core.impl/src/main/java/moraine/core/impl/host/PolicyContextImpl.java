package moraine.core.impl.host;

import java.util.random.RandomGenerator;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.Plan;
import org.jspecify.annotations.Nullable;

/** What a policy instance may ask of the host, until it is revoked. */
final class PolicyContextImpl implements PolicyContext {
    /** Where requests go; all return at once. */
    interface Requests {
        /** Checks the plan on the spot and queues its publication. */
        void replan(Plan plan);

        void migrate(int space, long address, long bytes, int node, Cause cause);

        void lack(int space, long pages, int node);
    }

    private final String instance;
    private final RevocableView view;
    private final RandomGenerator random;
    private volatile @Nullable Requests requests;

    PolicyContextImpl(String instance, MachineView view, RandomGenerator random, Requests requests) {
        this.instance = instance;
        this.view = new RevocableView(instance, view);
        this.random = random;
        this.requests = requests;
    }

    private Requests requests() {
        Requests target = requests;
        if (target == null) {
            throw RevocableView.revoked(instance);
        }
        return target;
    }

    @Override
    public MachineView view() {
        return view;
    }

    @Override
    public RandomGenerator random() {
        requests();
        return random;
    }

    @Override
    public void replan(Plan plan) {
        requests().replan(plan);
    }

    @Override
    public void requestMigration(int space, long address, long bytes, int node, Cause cause) {
        requests().migrate(space, address, bytes, node, cause);
    }

    @Override
    public void reportLack(int space, long pages, int node) {
        requests().lack(space, pages, node);
    }

    void revoke() {
        requests = null;
        view.revoke();
    }
}
