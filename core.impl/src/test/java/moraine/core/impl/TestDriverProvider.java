package moraine.core.impl;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import moraine.core.api.driver.DeviceDriver;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.host.DriverContext;
import moraine.core.api.model.DeviceSpec;

/**
 * Offers {@link TestDriver}s. Parameters: {@code coherent} (false), {@code atomics} (true), {@code owner} (the device's
 * name), {@code bytes} (the node's), {@code workers} (2), {@code resident} (64 blocks), {@code faults} (256 entries of
 * the fault buffer).
 */
public final class TestDriverProvider implements DriverProvider {
    public static final String NAME = "test";

    private final ConcurrentMap<String, TestDriver> made = new ConcurrentHashMap<>();

    @Override
    public DeviceDriver create(DriverContext context, DeviceSpec device) {
        var driver = new TestDriver(context, device.parameters());
        made.put(device.name(), driver);
        return driver;
    }

    /** {@return the driver that was made last for the device} */
    public TestDriver driver(String device) {
        TestDriver driver = made.get(device);
        if (driver == null) {
            throw new IllegalArgumentException("no driver was made for " + device + ", only for " + made.keySet());
        }
        return driver;
    }
}
