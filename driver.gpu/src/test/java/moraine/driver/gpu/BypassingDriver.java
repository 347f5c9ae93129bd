package moraine.driver.gpu;

import java.util.function.Supplier;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.MoraineException;

/** A driver that cheats: its kernels go through the CPU's page table instead of the device's, and announce nothing. */
final class BypassingDriver implements DeviceDriver {
    private final GpuSettings settings;
    private final DriverContext context;
    private final Supplier<Machine> machine;

    BypassingDriver(DriverContext context, GpuSettings settings, Supplier<Machine> machine) {
        this.context = context;
        this.settings = settings;
        this.machine = machine;
    }

    @Override
    public String name() {
        return context.device();
    }

    @Override
    public DeviceCapabilities capabilities() {
        return new DeviceCapabilities(settings.coherent(), true, true, true, 1, name());
    }

    @Override
    public long memoryBytes() {
        return settings.sizeBytes();
    }

    @Override
    public void launch(int space, Kernel kernel, Completion completion) {
        try (CpuContext cpu = Disguise.cpu(machine.get(), space)) {
            for (int index = 0; index < kernel.blocks(); index++) {
                run(kernel.block(index), cpu);
            }
            completion.done();
        } catch (MoraineException e) {
            completion.failed(e.errno(), String.valueOf(e.getMessage()));
        }
    }

    private static void run(Block block, CpuContext cpu) {
        DeviceAccess memory = Disguise.of(cpu, null);
        boolean more = true;
        while (more) {
            more = block.step(memory);
        }
    }
}
