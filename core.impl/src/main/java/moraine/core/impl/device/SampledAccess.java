package moraine.core.impl.device;

import java.lang.foreign.MemorySegment;
import moraine.core.api.driver.RemoteAccesses;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.host.WorkerAccess;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import org.jspecify.annotations.Nullable;

/**
 * What the blocks on one worker see of one space: the access with a sampler before it. Some accesses are a sample: a
 * touch in front of it tells where the page is, and if that is not the device's own memory, all accesses since the last
 * sample count as remote. The gaps are random, so that no stride escapes, and a window counts as many accesses as it
 * has 128-byte transactions. Usable within a block's step only.
 */
public final class SampledAccess implements DeviceAccess, WorkerAccess {
    private static final int TRANSACTION_SHIFT = 7;

    private final DeviceAccess memory;
    private final int node;
    private final @Nullable RemoteAccesses remote;
    private final int longestGap;
    private long random;

    /** Accesses until the next sample. Outside a step there are none left, which leads every access to the check. */
    private int left;

    private int gap;
    private int leftInStep;
    private boolean entered;

    /**
     * Puts a sampler before an access.
     *
     * @param node the device's
     * @param remote told of accesses elsewhere, or null to count none
     * @param longestGap accesses between two samples at most; one less than a power of two
     * @param seed of the gaps
     */
    public SampledAccess(DeviceAccess memory, int node, @Nullable RemoteAccesses remote, int longestGap, long seed) {
        this.memory = memory;
        this.node = node;
        this.remote = remote;
        this.longestGap = longestGap;
        random = seed | 1;
        gap = nextGap();
        leftInStep = gap;
    }

    @Override
    public DeviceAccess memory() {
        return this;
    }

    @Override
    public void enter() {
        left = leftInStep;
        entered = true;
    }

    @Override
    public void leave() {
        leftInStep = left;
        left = 0;
        entered = false;
    }

    @Override
    public void release() {
        memory.close();
    }

    private void before(long address, int transactions, Intent intent) {
        left -= transactions;
        if (left < 0) {
            sample(address, intent);
        }
    }

    private void before(long address, Intent intent) {
        if (--left < 0) {
            sample(address, intent);
        }
    }

    private void sample(long address, Intent intent) {
        if (!entered) {
            left = 0;
            throw MoraineException.caller(
                    Errno.EBADF,
                    "access to 0x" + Long.toHexString(address) + " outside a block's step; make it inside");
        }
        if (remote != null && memory.touch(address, 1, intent) != node) {
            remote.add(address, (long) gap - left);
        }
        gap = nextGap();
        left = gap;
    }

    private int nextGap() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int) (random >>> 40) & longestGap;
    }

    private static int transactions(long bytes) {
        return (int) Math.min(1 + ((bytes - 1) >> TRANSACTION_SHIFT), 1 << 20);
    }

    @Override
    public byte getByte(long address) {
        before(address, Intent.READ);
        return memory.getByte(address);
    }

    @Override
    public int getInt(long address) {
        before(address, Intent.READ);
        return memory.getInt(address);
    }

    @Override
    public long getLong(long address) {
        before(address, Intent.READ);
        return memory.getLong(address);
    }

    @Override
    public float getFloat(long address) {
        before(address, Intent.READ);
        return memory.getFloat(address);
    }

    @Override
    public double getDouble(long address) {
        before(address, Intent.READ);
        return memory.getDouble(address);
    }

    @Override
    public void putByte(long address, byte value) {
        before(address, Intent.WRITE);
        memory.putByte(address, value);
    }

    @Override
    public void putInt(long address, int value) {
        before(address, Intent.WRITE);
        memory.putInt(address, value);
    }

    @Override
    public void putLong(long address, long value) {
        before(address, Intent.WRITE);
        memory.putLong(address, value);
    }

    @Override
    public void putFloat(long address, float value) {
        before(address, Intent.WRITE);
        memory.putFloat(address, value);
    }

    @Override
    public void putDouble(long address, double value) {
        before(address, Intent.WRITE);
        memory.putDouble(address, value);
    }

    @Override
    public boolean compareAndSetLong(long address, long expected, long value) {
        before(address, Intent.ATOMIC);
        return memory.compareAndSetLong(address, expected, value);
    }

    @Override
    public long getAndAddLong(long address, long delta) {
        before(address, Intent.ATOMIC);
        return memory.getAndAddLong(address, delta);
    }

    @Override
    public void read(long address, MemorySegment target) {
        before(address, transactions(target.byteSize()), Intent.READ);
        memory.read(address, target);
    }

    @Override
    public void write(long address, MemorySegment source) {
        before(address, transactions(source.byteSize()), Intent.WRITE);
        memory.write(address, source);
    }

    @Override
    public int touch(long address, int bytes, Intent intent) {
        before(address, transactions(bytes), intent);
        return memory.touch(address, bytes, intent);
    }

    @Override
    public void prefault(long address, long bytes, Intent intent) {
        if (!entered) {
            sample(address, intent);
        }
        memory.prefault(address, bytes, intent);
    }

    @Override
    public void close() {
        throw MoraineException.caller(Errno.EPERM, "a block's access belongs to the device; leave it open");
    }
}
