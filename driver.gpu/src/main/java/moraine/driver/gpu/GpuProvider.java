package moraine.driver.gpu;

import java.util.List;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceSpec;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Parameter;
import moraine.core.api.model.Verdict;
import org.osgi.service.component.annotations.Component;

/** Offers GPUs in software. */
@Component(
        property = {
            DriverProvider.NAME_PROPERTY + "=" + GpuProvider.NAME,
            DriverProvider.KIND_PROPERTY + "=" + DriverProvider.KIND
        })
public final class GpuProvider implements DriverProvider {
    static final String NAME = "gpu";

    @Override
    public List<Parameter> parameters() {
        return GpuSettings.ALL;
    }

    @Override
    public Verdict check(DeviceSpec device) {
        try {
            GpuSettings.of(device.parameters());
            return Verdict.YES;
        } catch (MoraineException refusal) {
            return Verdict.no("device " + device.name() + ": " + refusal.getMessage());
        }
    }

    @Override
    public DeviceDriver create(DriverContext context, DeviceSpec device) {
        return GpuDriver.start(context, GpuSettings.of(device.parameters()));
    }
}
