package moraine.core.impl.device;

import moraine.core.api.driver.DeviceDriver;
import moraine.core.impl.host.PolicyCalls;

/** Makes what the rooms do for a device. Written by mirror and faults. */
public interface DeviceRooms {
    /**
     * Makes the rooms' side of one device; its node's frames exist.
     *
     * @param node the device's node
     * @param driver guarded: its callbacks never throw, except that {@code copy} then is done by the host's memcpy
     * @param calls the way to the policy, for the device's host actor only
     */
    DeviceRoom open(int node, DeviceDriver driver, PolicyCalls calls);
}
