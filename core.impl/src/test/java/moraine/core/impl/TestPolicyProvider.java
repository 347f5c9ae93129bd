package moraine.core.impl;

import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameters;
import moraine.core.api.policy.PlacementPolicy;
import moraine.core.api.policy.PolicyProvider;
import org.jspecify.annotations.Nullable;

/** Offers one kind of {@link TestPolicy} and lets the test speak through the context of the last one made. */
public final class TestPolicyProvider implements PolicyProvider {
    private final TestPolicy.Kind kind;
    private volatile @Nullable PolicyContext context;

    public TestPolicyProvider(TestPolicy.Kind kind) {
        this.kind = kind;
    }

    @Override
    public PlacementPolicy create(PolicyContext itsContext, Parameters parameters) {
        context = itsContext;
        return new TestPolicy(kind, parameters);
    }

    /** Asks the host to move pages, as the policy. @return whether there is one that may ask */
    public boolean request(int space, long address, long bytes, int node) {
        PolicyContext mine = context;
        if (mine == null) {
            return false;
        }
        try {
            mine.requestMigration(space, address, bytes, node, Cause.PREFETCH);
            return true;
        } catch (MoraineException _) {
            return false;
        }
    }
}
