package moraine.driver.gpu;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.Machine;
import org.jspecify.annotations.Nullable;

/** A CPU's context in the shape of a device's access. */
final class Disguise {
    private Disguise() {}

    /**
     * {@return the access}
     *
     * @param honest to whom announcements go; null to ignore them
     */
    static DeviceAccess of(CpuContext cpu, @Nullable DeviceAccess honest) {
        return (DeviceAccess) Proxy.newProxyInstance(
                Disguise.class.getClassLoader(),
                new Class<?>[] {DeviceAccess.class},
                (_, method, arguments) -> method.getName().equals("prefault")
                        ? honest == null ? null : call(honest, method, arguments)
                        : call(cpu, method, arguments));
    }

    static @Nullable Object call(Object on, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** {@return a CPU's context in the space that a driver knows by its number} */
    static CpuContext cpu(Machine machine, int space) {
        return machine.spaces().stream()
                .filter(candidate -> candidate.id() == space)
                .findFirst()
                .map((AddressSpace found) -> found.attach(0))
                .orElseThrow();
    }
}
