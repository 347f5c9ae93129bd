package moraine.policy.cdm;

import java.util.List;
import moraine.core.api.host.MachineView;
import moraine.core.api.host.PolicyContext;
import moraine.core.api.model.Cause;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.DeviceRule;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Plan;
import moraine.core.api.policy.AccessSample;
import moraine.core.api.policy.PlacementPolicy;

/**
 * Coherent device memory as proposed for Linux in 2017: a device is a NUMA node that holds what is bound or moved to it
 * and nothing else. What keeps the rest out is a parameter ({@link CdmRepresentation}). A device reaches other pages
 * over the link; regions that its counters call hot move to it as a whole, which is what the driver's
 * {@code migrate_virtual_range} did.
 */
final class CdmPolicy implements PlacementPolicy {
    static final String NAME = "cdm";

    private final String instance;
    private final CdmSettings settings;
    private final PolicyContext context;

    CdmPolicy(String instance, CdmSettings settings, PolicyContext context) {
        this.instance = instance;
        this.settings = settings;
        this.context = context;
    }

    @Override
    public String name() {
        return instance;
    }

    @Override
    public Plan plan(MachineView machine) {
        return new Plan(
                new CdmRepresentation(machine, settings).make(),
                List.of(DeviceRule.always(DeviceAction.MAP_REMOTE)),
                /* bringBackPages= */ 1,
                /* migratePages= */ 1,
                settings.largePages());
    }

    @Override
    public void onAccessCounters(AccessSample sample) {
        long room = roomPages(sample.device());
        for (int i = 0; i < sample.size(); i++) {
            long pages = Pages.count(sample.bytes(i));
            if (sample.accesses(i) < settings.counterThreshold()) {
                continue;
            }
            if (pages > room) {
                context.reportLack(sample.space(i), pages, sample.device());
            } else {
                context.requestMigration(
                        sample.space(i), sample.start(i), sample.bytes(i), sample.device(), Cause.ACCESS_COUNTERS);
                room -= pages;
            }
        }
    }

    /** A move that must fail for want of pages would only take translations away from the device. */
    private long roomPages(int device) {
        return context.view().nodes().stream()
                .filter(node -> node.id() == device)
                .mapToLong(node -> node.freePages() - node.lowPages())
                .findFirst()
                .orElse(0);
    }
}
