package moraine.core.impl.check;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Pages;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.space.SpaceImpl;
import moraine.core.impl.vma.Vma;

/** Checks the page cache, page by page, and who fills ranges. */
final class CacheCheck {
    private final Rooms rooms;
    private final Frames frames;
    private final Checker.Report report;

    CacheCheck(Rooms rooms, Checker.Report report) {
        this.rooms = rooms;
        this.frames = rooms.frames;
        this.report = report;
    }

    void check() {
        for (CachedObject object : rooms.cache.objects()) {
            if (object.kind() == MemoryObject.Kind.BUFFER) {
                buffer(object);
            }
            for (long index = object.next(0); index < object.limit(); index = object.next(index + 1)) {
                long pfn = object.page(index);
                if (pfn >= 0) {
                    page(object, index, pfn);
                } else {
                    absent(object, index);
                }
            }
        }
    }

    private void buffer(CachedObject buffer) {
        for (long index = 0; index < buffer.pages(); index++) {
            buffer(buffer, index, buffer.page(index));
        }
    }

    /** Whoever writes back would look for such a page for ever. */
    private void absent(CachedObject object, long index) {
        if (object.dirty(index) || object.writeback(index)) {
            report.broken(
                    "file-marks",
                    "page " + index + " of object " + object.id() + " is marked dirty or being written, but not there");
        }
    }

    private void buffer(CachedObject object, long index, long pfn) {
        if (pfn < 0 || !frames.flag(pfn, Frames.UNEVICTABLE)) {
            report.broken(
                    "buffer",
                    "page " + index + " of buffer " + object.id() + ": "
                            + (pfn < 0 ? "it is not there" : "frame " + pfn + " may be moved"));
        }
    }

    private void page(CachedObject object, long index, long pfn) {
        if (frames.object(pfn) != object.id() || frames.index(pfn) != index) {
            report.broken(
                    "file-record",
                    "page " + index + " of object " + object.id() + " is cached in frame " + pfn
                            + ", whose record says object " + frames.object(pfn) + " index " + frames.index(pfn));
        }
        if (index >= object.pages()) {
            report.broken(
                    "file-end",
                    "page " + index + " of object " + object.id() + " is cached in frame " + pfn + ", but it has "
                            + object.pages() + " pages");
        }
        if (!rooms.types.has(frames.type(pfn), Attribute.FILE_BACKABLE)) {
            report.broken(
                    "file-type",
                    "page " + index + " of object " + object.id() + " lies in frame " + pfn + " of type "
                            + rooms.types.type(frames.type(pfn)).name());
        }
    }

    /** Checks who is named by the mappings of a space. */
    void mappings(SpaceImpl space) {
        for (Vma vma : space.vmas().all()) {
            if (vma.userfault() != null && vma.userfault().closed()) {
                report.broken(
                        "userfault",
                        "space " + space.name() + " " + Pages.range(vma.start(), vma.end())
                                + ": its registration is closed, so nobody fills it");
            }
        }
    }
}
