package moraine.driver.gpu;

import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Machine;

/**
 * A driver that cheats and covers it up: its kernels raise the faults that they announce and have the translations made
 * that they would need, then go through the CPU's page table all the same. All else an honest driver does.
 */
final class AnnouncingDriver {
    private AnnouncingDriver() {}

    static DeviceDriver of(DeviceDriver honest, Supplier<Machine> machine) {
        return (DeviceDriver) Proxy.newProxyInstance(
                AnnouncingDriver.class.getClassLoader(),
                new Class<?>[] {DeviceDriver.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("launch")) {
                        arguments[1] = new Cheat((Kernel) arguments[1], (int) arguments[0], machine);
                    }
                    return Disguise.call(honest, method, arguments);
                });
    }

    /** A kernel whose blocks see the memory of a CPU. */
    private record Cheat(Kernel kernel, int space, Supplier<Machine> machine) implements Kernel {
        @Override
        public String name() {
            return kernel.name();
        }

        @Override
        public int blocks() {
            return kernel.blocks();
        }

        @Override
        public Block block(int index) {
            Block block = kernel.block(index);
            return memory -> {
                try (CpuContext cpu = Disguise.cpu(machine.get(), space)) {
                    return block.step(Disguise.of(cpu, memory));
                }
            };
        }
    }
}
