package moraine.core.impl.types;

import java.util.Arrays;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;

/**
 * The memory types of a machine by the index that a frame's record carries. Index 0 is {@link MemoryType#SYSTEM}; equal
 * types share an index; an index is never reused. Readers take no lock.
 */
@SuppressWarnings("EnumOrdinal")
public final class Types {
    /** How many types a machine can tell apart: a record has six bits for them. */
    public static final int LIMIT = 64;

    private static final Attribute[] ATTRIBUTES = Attribute.values();

    /** Replaced as a whole, with one type more. */
    private volatile Table table = new Table(new MemoryType[0], new int[0]);

    public Types() {
        intern(MemoryType.SYSTEM);
    }

    /** {@return the type's index, a new one the first time} */
    public synchronized int intern(MemoryType type) {
        Table now = table;
        for (int i = 0; i < now.types.length; i++) {
            if (now.types[i].equals(type)) {
                return i;
            }
        }
        if (now.types.length == LIMIT) {
            throw new MoraineException(
                    Errno.EOVERFLOW,
                    Blame.PLUGIN,
                    "memory type " + type.name() + " would be number " + (LIMIT + 1) + ", a machine has at most "
                            + LIMIT + "; use equal records again instead of new ones");
        }
        table = now.with(type);
        return now.types.length;
    }

    public MemoryType type(int index) {
        return table.types[index];
    }

    /** {@return how many indices are in use} */
    public int count() {
        return table.types.length;
    }

    public int systemRam() {
        return 0;
    }

    public boolean has(int index, Attribute attribute) {
        return (table.attributes[index] >>> attribute.ordinal() & 1) != 0;
    }

    public boolean cpuAddressable(int index) {
        return has(index, Attribute.CPU_ADDRESSABLE);
    }

    public boolean movable(int index) {
        return has(index, Attribute.MOVABLE);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Table(MemoryType[] types, int[] attributes) {
        Table with(MemoryType type) {
            MemoryType[] longer = Arrays.copyOf(types, types.length + 1);
            int[] bits = Arrays.copyOf(attributes, types.length + 1);
            longer[types.length] = type;
            for (Attribute attribute : ATTRIBUTES) {
                bits[types.length] |= type.has(attribute) ? 1 << attribute.ordinal() : 0;
            }
            return new Table(longer, bits);
        }
    }
}
