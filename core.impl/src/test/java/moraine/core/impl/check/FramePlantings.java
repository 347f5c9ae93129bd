package moraine.core.impl.check;

import java.util.List;
import moraine.core.impl.frames.Frames;

/** Faults in the records of frames. */
final class FramePlantings {
    private FramePlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of("frame-refs", "a reference is never dropped", FramePlantings::hold),
                Planting.of("frame-mappings", "a mapping too many is counted", FramePlantings::countMapping),
                Planting.of("frame-lock", "a lock is never given back", FramePlantings::lock),
                Planting.of("lazy", "a written page may be dropped", FramePlantings::markLazy),
                Planting.of("pinned", "a mark without a pin", FramePlantings::markPinned),
                Planting.of("pinned", "a fork shares a pinned page", FramePlantings::sharePinned),
                Planting.of("I12", "two tenants' frames are mistaken for each other", FramePlantings::swapTenants),
                Planting.of("charge", "a page is charged that nobody has", FramePlantings::charge));
    }

    private static Runnable hold(Scene scene) {
        long pfn = scene.pfn(scene.small);
        scene.rooms.frames.get(pfn);
        return () -> scene.rooms.frames.put(pfn);
    }

    /** On a shared page, for a second mapping of a writable private one would break I5 as well. */
    private static Runnable countMapping(Scene scene) {
        long pfn = scene.pfn(scene.shared);
        scene.rooms.frames.addMapping(pfn, 1);
        return () -> scene.rooms.frames.dropMapping(pfn, 1);
    }

    private static Runnable lock(Scene scene) {
        long pfn = scene.pfn(scene.small);
        scene.rooms.frames.tryLock(pfn);
        return () -> scene.rooms.frames.unlock(pfn);
    }

    private static Runnable markLazy(Scene scene) {
        long pfn = scene.pfn(scene.small);
        scene.rooms.frames.setFlag(pfn, Frames.LAZY);
        return () -> scene.rooms.frames.clearFlag(pfn, Frames.LAZY);
    }

    private static Runnable markPinned(Scene scene) {
        long pfn = scene.pfn(scene.small);
        scene.rooms.frames.setFlag(pfn, Frames.PINNED);
        return () -> scene.rooms.frames.clearFlag(pfn, Frames.PINNED);
    }

    private static Runnable sharePinned(Scene scene) {
        long pfn = scene.pfn(scene.small);
        var child = scene.space.fork("child");
        scene.rooms.frames.get(pfn);
        scene.rooms.pins.add(pfn);
        return () -> {
            scene.rooms.pins.remove(pfn);
            scene.rooms.frames.put(pfn);
            child.close();
        };
    }

    /** Both at once, for the sums to stay right. */
    private static Runnable swapTenants(Scene scene) {
        Frames frames = scene.rooms.frames;
        var foreign = scene.foreign();
        long mine = scene.pfn(scene.small);
        long other = moraine.core.impl.tables.Pte.pfn(foreign.table().get(scene.small));
        swap(frames, mine, other);
        return () -> {
            swap(frames, mine, other);
            foreign.close();
        };
    }

    private static void swap(Frames frames, long one, long two) {
        int tenant = frames.tenant(one);
        frames.tenant(one, frames.tenant(two));
        frames.tenant(two, tenant);
    }

    private static Runnable charge(Scene scene) {
        scene.rooms.tenants.count(0, 0, 1);
        return () -> scene.rooms.tenants.count(0, 0, -1);
    }
}
