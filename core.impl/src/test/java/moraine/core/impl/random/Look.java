package moraine.core.impl.random;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import org.jspecify.annotations.Nullable;

/** A kernel of one block that reads words whose values are known, and writes those of one actor. */
final class Look implements Kernel, Block {
    private final Iterator<Map.Entry<Long, Long>> rest;
    private final Map<Long, Long> written = new HashMap<>();
    private Map.@Nullable Entry<Long, Long> at;
    private @Nullable String wrong;
    private final int actor;

    Look(Map<Long, Long> known, int actor) {
        this.actor = actor;
        rest = List.copyOf(known.entrySet()).iterator();
    }

    @Override
    public String name() {
        return "look";
    }

    @Override
    public int blocks() {
        return 1;
    }

    @Override
    public Block block(int index) {
        return this;
    }

    @Override
    public synchronized boolean step(DeviceAccess memory) {
        for (int turn = 0; turn < 8 && (at != null || rest.hasNext()); turn++) {
            at = at == null ? rest.next() : at;
            visit(memory, at.getKey(), at.getValue());
            at = null;
        }
        return rest.hasNext();
    }

    private void visit(DeviceAccess memory, long address, long wanted) {
        long word = memory.getLong(address);
        if (word != wanted) {
            wrong = "a device read " + Word.text(word) + " at 0x" + Long.toHexString(address) + ", should be "
                    + Word.text(wanted);
        }
        if (Word.actor(wanted) == actor) {
            long next = Word.of(actor, Word.sequence(wanted) + 1);
            memory.putLong(address, next);
            written.put(address, next);
        }
    }

    /** {@return what it wrote, by address} */
    synchronized Map<Long, Long> written() {
        return Map.copyOf(written);
    }

    /** A step that began before the launch ended has ended when this returns. */
    synchronized void end() {
        if (wrong != null) {
            throw new AssertionError(wrong);
        }
    }
}
