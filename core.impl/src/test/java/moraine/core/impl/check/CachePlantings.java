package moraine.core.impl.check;

import java.util.List;
import java.util.Set;
import moraine.core.api.model.Pages;
import moraine.core.impl.cache.FileObject;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.tables.Pte;
import moraine.core.impl.userfault.Registration;

/** Faults in the page cache, and in who fills ranges. */
final class CachePlantings {
    private CachePlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of(
                        "file-private",
                        "a private mapping may write to the file's page",
                        s -> s.put(s.own, s.entry(s.own) | Pte.WRITE)),
                Planting.of(
                        "file-private",
                        "a private mapping may write to a buffer",
                        s -> s.put(s.buffer, s.entry(s.buffer) | Pte.WRITE)),
                Planting.of("file-dirty", "a written page was forgotten", CachePlantings::forget),
                Planting.of(
                        "file-dirty", "a clean page may be written", s -> s.put(s.file, s.entry(s.file) | Pte.WRITE)),
                new Planting(
                        "file-end",
                        "a page behind the end",
                        Set.of("file-end", "file-record"),
                        CachePlantings::keepPage),
                Planting.of("file-marks", "a page that is not there is dirty", CachePlantings::markNothing),
                Planting.of("file-record", "a page that nobody maps is another's", CachePlantings::misplace),
                Planting.of("file-end", "the file was cut under a mapping", CachePlantings::cut),
                new Planting(
                        "file-type",
                        "a page of the file in memory that files may not back",
                        Set.of("file-type", "I4"),
                        CachePlantings::changeType),
                Planting.of("buffer", "a page of a buffer may be moved", CachePlantings::allowMoves),
                Planting.of(
                        "zero-page",
                        "in a private mapping of a file",
                        s -> s.put(s.own + Pages.SIZE, Pte.of(Pte.ZERO, 0, 0))),
                Planting.of("userfault", "a closed registration is still named", CachePlantings::endRegistration));
    }

    private static Runnable forget(Scene scene) {
        MemoryObject file = scene.source(scene.file);
        file.dirty(1, /* now= */ false);
        return () -> file.dirty(1, /* now= */ true);
    }

    /** A page of shared memory that the cache thinks is the third of the file. */
    private static Runnable keepPage(Scene scene) {
        MemoryObject file = scene.source(scene.file);
        long pfn = scene.pfn(scene.shared);
        file.page(2, pfn);
        scene.rooms.frames.get(pfn);
        return () -> {
            file.page(2, -1);
            scene.rooms.frames.put(pfn);
        };
    }

    private static Runnable markNothing(Scene scene) {
        MemoryObject file = scene.source(scene.file);
        file.dirty(2, /* now= */ true);
        return () -> file.dirty(2, /* now= */ false);
    }

    private static Runnable misplace(Scene scene) {
        scene.space.munmap(scene.file, 2L * Pages.SIZE);
        MemoryObject file = scene.source(scene.own);
        var frames = scene.rooms.frames;
        long pfn = file.page(1);
        frames.owner(pfn, file.id(), 0);
        return () -> frames.owner(pfn, file.id(), 1);
    }

    private static Runnable cut(Scene scene) {
        var file = (FileObject) scene.source(scene.file);
        file.resize(Pages.SIZE);
        return () -> file.resize(2L * Pages.SIZE);
    }

    private static Runnable changeType(Scene scene) {
        long pfn = scene.pfn(scene.file);
        int type = scene.rooms.frames.type(pfn);
        scene.rooms.frames.type(pfn, scene.rooms.frames.type(scene.pfn(scene.device)));
        return () -> scene.rooms.frames.type(pfn, type);
    }

    private static Runnable allowMoves(Scene scene) {
        long pfn = scene.pfn(scene.buffer);
        scene.rooms.frames.clearFlag(pfn, Frames.UNEVICTABLE);
        return () -> scene.rooms.frames.setFlag(pfn, Frames.UNEVICTABLE);
    }

    private static Runnable endRegistration(Scene scene) {
        var range = (Registration) scene.space.userfault(scene.device, 2L * Pages.SIZE, (_, _, _) -> {});
        range.end();
        return () -> scene.space.unregister(range);
    }
}
