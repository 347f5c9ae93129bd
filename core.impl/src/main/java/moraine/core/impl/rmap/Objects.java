package moraine.core.impl.rmap;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.IntFunction;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.jspecify.annotations.Nullable;

/** The memory objects of a machine by id. Looking up takes no lock. */
public final class Objects {
    private static final int LIMIT = 1 << 28;

    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private volatile MemoryObject[] byId = new MemoryObject[64];
    private int next = 1;

    /** {@return a new object of anonymous memory} */
    public MemoryObject create(boolean shared) {
        return create(id -> new MemoryObject(id, shared ? MemoryObject.Kind.SHARED : MemoryObject.Kind.PRIVATE));
    }

    /** {@return a new object, made from its id}; id 0 is nobody's */
    public synchronized <T extends MemoryObject> T create(IntFunction<T> maker) {
        Integer reused = free.pollFirst();
        int id = reused != null ? reused : next++;
        if (id >= LIMIT) {
            throw new MoraineException(
                    Errno.ENOMEM,
                    Blame.RESOURCES,
                    "memory objects reached " + LIMIT + ", all that a frame can name; unmap some mappings");
        }
        MemoryObject[] now = byId;
        if (id >= now.length) {
            now = Arrays.copyOf(now, now.length * 2);
        }
        T object = maker.apply(id);
        now[id] = object;
        byId = now;
        return object;
    }

    /** Forgets an object that no mapping uses and no frame belongs to. */
    public synchronized void remove(MemoryObject object) {
        MemoryObject[] now = byId;
        now[object.id()] = null;
        byId = now;
        free.addLast(object.id());
    }

    /** {@return the object, or null when it is gone} */
    public @Nullable MemoryObject get(long id) {
        MemoryObject[] now = byId;
        return id < now.length ? now[(int) id] : null;
    }
}
