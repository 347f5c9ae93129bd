package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.PluginInfo;
import moraine.core.api.policy.PolicyProvider;

/** The plug-in providers that are there, with what each says of its parameters; one that fails to say takes none. */
public final class Installed {
    private final HostBase base;
    private final Providers providers;
    private final HostCounters counters;

    public Installed(HostBase base, Providers providers, HostCounters counters) {
        this.base = base;
        this.providers = providers;
        this.counters = counters;
    }

    /** {@return all of them, by kind and name} */
    public List<PluginInfo> list() {
        List<PluginInfo> all = new ArrayList<>();
        add(all, DaemonProvider.KIND, providers.daemons(), DaemonProvider::parameters);
        add(all, DriverProvider.KIND, providers.drivers(), DriverProvider::parameters);
        add(all, PolicyProvider.KIND, providers.policies(), PolicyProvider::parameters);
        return List.copyOf(all);
    }

    private <P> void add(
            List<PluginInfo> all, String kind, Catalog<P> catalog, Function<P, List<Parameter>> parameters) {
        catalog.offers().stream()
                .map(offer -> new PluginInfo(kind, offer.name(), offer.bundle(), ask(offer, parameters)))
                .sorted(Comparator.comparing(PluginInfo::name).thenComparing(PluginInfo::bundle))
                .forEach(all::add);
    }

    private <P> List<Parameter> ask(Offer<P> offer, Function<P, List<Parameter>> parameters) {
        var guard = new Guard(base.limits(), counters, _ -> {});
        var lifecycle = new Lifecycle(base.environment(), "moraine-" + offer.name() + "-ask", base.homeNode(), guard);
        var answer = new Lifecycle.Answer<List<Parameter>>();
        String refusal = lifecycle.ask(
                "parameters",
                () -> answer.value = List.copyOf(parameters.apply(offer.provider())),
                base.limits().lifecycleNs());
        lifecycle.end(base.limits().drainNs());
        List<Parameter> given = answer.value;
        return refusal != null || given == null ? List.of() : given;
    }
}
