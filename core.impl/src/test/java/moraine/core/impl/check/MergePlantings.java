package moraine.core.impl.check;

import java.util.List;
import java.util.Set;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.impl.merge.Merger;
import moraine.core.impl.rmap.MergedPage;
import moraine.core.impl.tables.Pte;

/** Faults in merged pages. */
final class MergePlantings {
    private MergePlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of("merged", "writable", s -> {
                    long at = merged(s);
                    return s.put(at, s.entry(at) | Pte.WRITE);
                }),
                Planting.of("merged", "not marked", s -> {
                    long at = merged(s);
                    return s.put(at, s.entry(at) & ~Pte.DUPLICATED);
                }),
                new Planting("merged", "in memory that is hidden from CPUs", Set.of("merged", "I4"), s -> {
                    long pfn = s.pfn(merged(s));
                    int type = s.rooms.frames.type(pfn);
                    s.rooms.frames.type(pfn, s.rooms.frames.type(s.pfn(s.device)));
                    return () -> s.rooms.frames.type(pfn, type);
                }),
                Planting.of("reverse-map", "a merged page has lost a site", MergePlantings::loseSite),
                Planting.of("reverse-map", "a merged page is elsewhere", s -> {
                    long pfn = s.pfn(merged(s));
                    MergedPage page = page(s, pfn);
                    page.frame(pfn + 1);
                    return () -> page.frame(pfn);
                }));
    }

    /** {@return the address of two pages that are one} */
    private static long merged(Scene scene) {
        long at = scene.space.mmap(MapRequest.anonymous(2L * Pages.SIZE));
        try (CpuContext cpu = scene.space.attach(0)) {
            cpu.putLong(at, 9);
            cpu.putLong(at + Pages.SIZE, 9);
        }
        scene.space.advise(at, 2L * Pages.SIZE, Advice.MERGEABLE);
        try (var merger = new Merger(scene.rooms, scene.spaces())) {
            merger.settle();
        }
        return at;
    }

    private static MergedPage page(Scene scene, long pfn) {
        return (MergedPage) java.util.Objects.requireNonNull(
                scene.rooms.objects.get(scene.rooms.frames.object(pfn)), "it has no object");
    }

    private static Runnable loseSite(Scene scene) {
        MergedPage page = page(scene, scene.pfn(merged(scene)));
        var object = page.object(1);
        long index = page.index(1);
        page.remove(1);
        return () -> page.add(object, index);
    }
}
