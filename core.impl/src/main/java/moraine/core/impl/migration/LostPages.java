package moraine.core.impl.migration;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.LostPage;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;

/** Names the pages that are still on a node, whose they are, and why they cannot leave; a picture of the moment. */
public final class LostPages {
    private final Rooms rooms;
    private final Frames frames;

    public LostPages(Rooms rooms) {
        this.rooms = rooms;
        this.frames = rooms.frames;
    }

    /** {@return every page of 4 KiB in use on the node, in the order of frame numbers} */
    public List<LostPage> on(int node, String device) {
        List<LostPage> lost = new ArrayList<>();
        Agent agent = rooms.begin();
        try {
            for (int section = 0; section < frames.sections(); section++) {
                if (frames.created(section)) {
                    section(section, node, device, lost);
                }
            }
        } finally {
            rooms.done(agent);
        }
        return List.copyOf(lost);
    }

    private void section(int section, int node, String device, List<LostPage> lost) {
        long first = frames.firstPfn(section);
        if (frames.node(first) != node) {
            return;
        }
        for (long pfn = first; pfn < first + frames.pages(section); pfn++) {
            if (frames.refs(frames.head(pfn)) > 0) {
                lost.add(page(pfn, node, device));
            }
        }
    }

    private LostPage page(long pfn, int node, String device) {
        long head = frames.head(pfn);
        String tenant = rooms.tenants.name(frames.tenant(head));
        MemoryObject object = rooms.objects.get(frames.object(head));
        if (object != null) {
            object.lock(rooms.actors);
            try {
                for (Vma vma : object.mappings()) {
                    long address = vma.address(object, frames.index(head) + pfn - head);
                    if (address >= 0 && maps(vma.space().table().get(address), pfn)) {
                        return new LostPage(device, node, pfn, vma.space().id(), address, tenant, reason(head));
                    }
                }
            } finally {
                object.unlock();
            }
        }
        return new LostPage(device, node, pfn, -1, 0, tenant, reason(head));
    }

    private static boolean maps(long entry, long pfn) {
        return Pte.maps(entry) && Pte.pfn(entry) == pfn;
    }

    private String reason(long head) {
        if (frames.flag(head, Frames.PINNED)) {
            return "pinned";
        }
        if (frames.flag(head, Frames.UNEVICTABLE) || !rooms.types.has(frames.type(head), Attribute.MOVABLE)) {
            return "not movable";
        }
        if (frames.locked(head)) {
            return "held by another operation";
        }
        return frames.refs(head) > Math.max(1, frames.mappings(head)) ? "in use by others" : "no room in RAM";
    }
}
