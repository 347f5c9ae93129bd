package moraine.launcher.boot;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** The components of a framework as the component runtime reports them, and what they lack. */
final class Components {
    private final ServiceComponentRuntime runtime;
    private final Set<String> pids;
    private final Collection<ComponentDescriptionDTO> descriptions;
    private final Set<String> offered = new TreeSet<>();

    Components(ServiceComponentRuntime runtime, Set<String> pids) {
        this.runtime = runtime;
        this.pids = pids;
        this.descriptions = runtime.getComponentDescriptionDTOs();
        descriptions.forEach(description -> offered.addAll(List.of(description.serviceInterfaces)));
    }

    /** {@return one line for each component that is not satisfied; those that wait for another component come last} */
    List<String> problems() {
        List<String> causes = new ArrayList<>();
        List<String> consequences = new ArrayList<>();
        for (ComponentDescriptionDTO description : descriptions) {
            if (!runtime.isComponentEnabled(description)) {
                continue;
            }
            for (ComponentConfigurationDTO configuration : runtime.getComponentConfigurationDTOs(description)) {
                check(configuration, causes, consequences);
            }
        }
        pids.stream().sorted().flatMap(pid -> missing(pid).stream()).forEach(causes::add);
        causes.addAll(consequences);
        return causes;
    }

    private void check(ComponentConfigurationDTO component, List<String> causes, List<String> consequences) {
        switch (component.state) {
            case ComponentConfigurationDTO.SATISFIED, ComponentConfigurationDTO.ACTIVE -> {}
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> {
                // Only a configuration that a feature gives is missed, and missing() names it.
            }
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Stream.of(component.unsatisfiedReferences)
                        .forEach(missing -> addReference(component.description, missing, causes, consequences));
            default -> causes.add(name(component.description) + " failed to activate: " + failure(component));
        }
    }

    /** {@return a line if a component is declared for the PID and none has got the configuration yet} */
    private Optional<String> missing(String pid) {
        String declared = pid.replaceFirst("~.*", "");
        List<ComponentDescriptionDTO> takers = descriptions.stream()
                .filter(description -> List.of(description.configurationPid).contains(declared))
                .toList();
        boolean arrived = takers.stream()
                .flatMap(description -> runtime.getComponentConfigurationDTOs(description).stream())
                .anyMatch(component -> pid.equals(component.properties.get("service.pid")));
        return takers.isEmpty() || arrived
                ? Optional.empty()
                : Optional.of(name(takers.getFirst()) + " has not got configuration " + pid + " yet");
    }

    private void addReference(
            ComponentDescriptionDTO component,
            UnsatisfiedReferenceDTO missing,
            List<String> causes,
            List<String> consequences) {
        String service = Stream.of(component.references)
                .filter(reference -> reference.name.equals(missing.name))
                .map(Components::service)
                .findFirst()
                .orElse("a service");
        String line = name(component) + " lacks reference " + missing.name + ", a service " + service
                + "; start a bundle that provides it";
        boolean follows = Stream.of(component.references)
                .anyMatch(
                        reference -> reference.name.equals(missing.name) && offered.contains(reference.interfaceName));
        (follows ? consequences : causes).add(line);
    }

    private static String service(ReferenceDTO reference) {
        return reference.target == null ? reference.interfaceName : reference.interfaceName + ' ' + reference.target;
    }

    private static String name(ComponentDescriptionDTO component) {
        return "component " + component.name + " of bundle " + component.bundle.symbolicName;
    }

    /** {@return the root cause in the stack trace that the runtime gives as text} */
    private static String failure(ComponentConfigurationDTO component) {
        String cause = "no cause given";
        for (String line : component.failure == null
                ? List.<String>of()
                : component.failure.lines().toList()) {
            if (line.startsWith("Caused by: ") || cause.equals("no cause given")) {
                cause = line.replaceFirst("^Caused by: ", "");
            }
        }
        return cause;
    }
}
