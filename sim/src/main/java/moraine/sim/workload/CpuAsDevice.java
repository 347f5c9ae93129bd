package moraine.sim.workload;

import java.lang.foreign.MemorySegment;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Intent;

/** A CPU context as what a kernel's block expects, so that kernels run where there is no device. */
record CpuAsDevice(CpuContext cpu) implements DeviceAccess {
    @Override
    public byte getByte(long address) {
        return cpu.getByte(address);
    }

    @Override
    public int getInt(long address) {
        return cpu.getInt(address);
    }

    @Override
    public long getLong(long address) {
        return cpu.getLong(address);
    }

    @Override
    public float getFloat(long address) {
        return cpu.getFloat(address);
    }

    @Override
    public double getDouble(long address) {
        return cpu.getDouble(address);
    }

    @Override
    public void putByte(long address, byte value) {
        cpu.putByte(address, value);
    }

    @Override
    public void putInt(long address, int value) {
        cpu.putInt(address, value);
    }

    @Override
    public void putLong(long address, long value) {
        cpu.putLong(address, value);
    }

    @Override
    public void putFloat(long address, float value) {
        cpu.putFloat(address, value);
    }

    @Override
    public void putDouble(long address, double value) {
        cpu.putDouble(address, value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        return cpu.compareAndSetLong(address, expected, value);
    }

    @Override
    public long getAndAddLong(long address, long delta) {
        return cpu.getAndAddLong(address, delta);
    }

    @Override
    public void read(long address, MemorySegment target) {
        cpu.read(address, target);
    }

    @Override
    public void write(long address, MemorySegment source) {
        cpu.write(address, source);
    }

    @Override
    public int touch(long address, int bytes, Intent intent) {
        return cpu.touch(address, bytes, intent);
    }

    @Override
    public void close() {
        cpu.close();
    }
}
