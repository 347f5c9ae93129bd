package moraine.driver.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import moraine.core.api.driver.FaultHandler;
import moraine.core.api.driver.PageFault;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;

/** An access that translates through a {@link FakeSpace}. */
final class FakeAccess implements DeviceAccess {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private final FakeSpace space;
    private final FaultHandler faults;
    private boolean closed;

    FakeAccess(FakeSpace space, FaultHandler faults) {
        this.space = space;
        this.faults = faults;
        space.openAccesses.increment();
    }

    private long offset(long address, Intent intent) {
        if (closed || space.closed) {
            throw MoraineException.caller(Errno.EBADF, "space " + space.id + " is closed");
        }
        if (!space.translates(address, intent)) {
            space.faults.increment();
            faults.fault(address, intent);
            throw PageFault.INSTANCE;
        }
        return address - space.base;
    }

    @Override
    public byte getByte(long address) {
        return space.bytes.get(ValueLayout.JAVA_BYTE, offset(address, Intent.READ));
    }

    @Override
    public int getInt(long address) {
        return space.bytes.get(ValueLayout.JAVA_INT, offset(address, Intent.READ));
    }

    @Override
    public long getLong(long address) {
        return space.bytes.get(ValueLayout.JAVA_LONG, offset(address, Intent.READ));
    }

    @Override
    public float getFloat(long address) {
        return space.bytes.get(ValueLayout.JAVA_FLOAT, offset(address, Intent.READ));
    }

    @Override
    public double getDouble(long address) {
        return space.bytes.get(ValueLayout.JAVA_DOUBLE, offset(address, Intent.READ));
    }

    @Override
    public void putByte(long address, byte value) {
        space.bytes.set(ValueLayout.JAVA_BYTE, offset(address, Intent.WRITE), value);
    }

    @Override
    public void putInt(long address, int value) {
        space.bytes.set(ValueLayout.JAVA_INT, offset(address, Intent.WRITE), value);
    }

    @Override
    public void putLong(long address, long value) {
        space.bytes.set(ValueLayout.JAVA_LONG, offset(address, Intent.WRITE), value);
    }

    @Override
    public void putFloat(long address, float value) {
        space.bytes.set(ValueLayout.JAVA_FLOAT, offset(address, Intent.WRITE), value);
    }

    @Override
    public void putDouble(long address, double value) {
        space.bytes.set(ValueLayout.JAVA_DOUBLE, offset(address, Intent.WRITE), value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        return LONG.compareAndSet(space.bytes, offset(address, Intent.ATOMIC), expected, value);
    }

    @Override
    public long getAndAddLong(long address, long delta) {
        return (long) LONG.getAndAdd(space.bytes, offset(address, Intent.ATOMIC), delta);
    }

    @Override
    public void read(long address, MemorySegment target) {
        MemorySegment.copy(space.bytes, offset(address, Intent.READ), target, 0, target.byteSize());
    }

    @Override
    public void write(long address, MemorySegment source) {
        MemorySegment.copy(source, 0, space.bytes, offset(address, Intent.WRITE), source.byteSize());
    }

    @Override
    public int touch(long address, int bytes, Intent intent) {
        long last = address + bytes - 1;
        for (long page = Pages.floor(address); page <= last; page += Pages.SIZE) {
            offset(Math.max(page, address), intent);
        }
        return space.nodes[space.pageOf(last)];
    }

    @Override
    public void close() {
        closed = true;
        space.openAccesses.decrement();
    }
}
