package moraine.core.impl.random;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import moraine.core.api.driver.Block;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.DeviceAccess;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import org.jspecify.annotations.Nullable;

/** A kernel of one block that reads and writes words around an address, and the model with it, until one is refused. */
final class Script implements Kernel {
    private final PlainSpace model;
    private final long[] addresses;
    private final long[] values;
    private final int words;
    private final boolean wanted;

    private @Nullable String wrong;

    Script(PlainSpace model, long at, RandomGenerator random, LongSupplier next) {
        this.model = model;
        this.words = 1 + random.nextInt(60);
        addresses = new long[words];
        values = new long[words];
        boolean allowed = true;
        for (int i = 0; i < words; i++) {
            int stride = model.run(at, 1 + i);
            addresses[i] = at + (long) Math.max(0, stride - 1) * Pages.SIZE + 8L * random.nextInt(512);
            values[i] = random.nextBoolean() ? 0 : next.getAsLong();
            Protection protection = model.protection(addresses[i]);
            allowed &= values[i] == 0 ? protection != Protection.NONE : protection == Protection.READ_WRITE;
        }
        wanted = allowed;
    }

    int size() {
        return words;
    }

    /** {@return whether no access of it is to be refused} */
    boolean allowed() {
        return wanted;
    }

    /** Proves that it read what the model has. */
    void prove() {
        if (wrong != null) {
            throw new AssertionError(wrong);
        }
    }

    @Override
    public String name() {
        return "script";
    }

    @Override
    public int blocks() {
        return 1;
    }

    @Override
    public Block block(int index) {
        return new Block() {
            private int done;

            @Override
            public boolean step(DeviceAccess memory) {
                for (; done < words; done++) {
                    perform(memory, addresses[done], values[done]);
                }
                return false;
            }
        };
    }

    private void perform(DeviceAccess memory, long address, long value) {
        if (value != 0) {
            memory.putLong(address, value);
            model.word(address, value);
            return;
        }
        long word = memory.getLong(address);
        if (word != model.word(address)) {
            wrong = "a device read " + word + " at 0x" + Long.toHexString(address) + ", the model has "
                    + model.word(address);
        }
    }
}
