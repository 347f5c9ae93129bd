package moraine.core.impl.migration;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.LostPage;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.vma.Vma;
import org.jspecify.annotations.Nullable;

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
        LostPage found = null;
        if (object != null) {
            object.lock(rooms.actors);
            try {
                found = object instanceof MergedPage merged
                        ? merged(merged, pfn, node, device, tenant)
                        : page(object, frames.index(head) + pfn - head, pfn, node, device, tenant);
            } finally {
                object.unlock();
            }
        }
        return found != null ? found : new LostPage(device, node, pfn, -1, 0, tenant, reason(head));
    }

    private @Nullable LostPage merged(MergedPage merged, long pfn, int node, String device, String tenant) {
        LostPage found = null;
        for (int site = 0; site < merged.sites() && found == null; site++) {
            MemoryObject part = merged.object(site);
            part.lock(rooms.actors);
            found = page(part, merged.index(site), pfn, node, device, tenant);
            part.unlock();
        }
        return found;
    }

    private @Nullable LostPage page(MemoryObject object, long index, long pfn, int node, String device, String tenant) {
        for (Vma vma : object.mappings()) {
            long address = vma.address(object, index);
            if (address >= 0 && maps(vma.space().table().get(address), pfn)) {
                return new LostPage(device, node, pfn, vma.space().id(), address, tenant, reason(frames.head(pfn)));
            }
        }
        return null;
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
        MemoryObject object = rooms.objects.get(frames.object(head));
        int own = object == null ? 0 : object.ownReferences();
        return frames.refs(head) > Math.max(1, frames.mappings(head) + own) ? "in use by others" : "no room in RAM";
    }
}
