package moraine.driver.gpu;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Completion;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.DriverContext;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceCapabilities;
import moraine.core.api.model.MoraineException;

/** A driver that cheats: its kernels go through the CPU's page table instead of the device's. */
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
        try (CpuContext cpu = find(space).attach(0)) {
            for (int index = 0; index < kernel.blocks(); index++) {
                run(kernel.block(index), cpu);
            }
            completion.done();
        } catch (MoraineException e) {
            completion.failed(e.errno(), String.valueOf(e.getMessage()));
        }
    }

    private AddressSpace find(int id) {
        return machine.get().spaces().stream()
                .filter(space -> space.id() == id)
                .findFirst()
                .orElseThrow();
    }

    private static void run(Block block, CpuContext cpu) {
        DeviceAccess memory = disguise(cpu);
        boolean more = true;
        while (more) {
            more = block.step(memory);
        }
    }

    /** {@return a CPU's context in the shape of a device's access; announcements are ignored} */
    private static DeviceAccess disguise(CpuContext cpu) {
        return (DeviceAccess) Proxy.newProxyInstance(
                BypassingDriver.class.getClassLoader(), new Class<?>[] {DeviceAccess.class}, (_, method, arguments) -> {
                    if (method.getName().equals("prefault")) {
                        return null;
                    }
                    try {
                        return method.invoke(cpu, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
