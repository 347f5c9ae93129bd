package moraine.core.impl.check;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.ZonePlanting;
import moraine.core.impl.frames.FrameWord;
import moraine.core.impl.frames.Frames;

/** Faults in zones, caches and the records of frames that no entry maps. */
final class ZonePlantings {
    private ZonePlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of("free-list", "a link back leads astray", zone(ZonePlanting::breakLink)),
                Planting.of("alignment", "a block starts at an odd frame", zone(ZonePlanting::misalign)),
                Planting.of("double-listing", "a list goes round", zone(ZonePlanting::listTwice)),
                Planting.of("free-record", "a frame inside a block has a type", zone(ZonePlanting::markInside)),
                Planting.of("buddies-apart", "two halves are listed", zone(ZonePlanting::part)),
                Planting.of("frame-cache", "a cached frame has a type", zone(ZonePlanting::markCached)),
                // a frame that is nowhere is missing in the sum, too
                new Planting("frame-lost", "a frame is nowhere", Set.of("frame-lost", "frame-count"), taken(0)),
                Planting.of("frame-count", "a frame was withdrawn uncounted", taken(FrameWord.flags(Frames.OFFLINE))),
                Planting.of("folio", "a tail without a head", taken(FrameWord.flags(Frames.TAIL))));
    }

    private static Function<Scene, Runnable> zone(Consumer<ZonePlanting> fault) {
        return scene -> {
            warm(scene.rooms);
            var zone = new ZonePlanting(scene.rooms.allocator, scene.rooms.frames, 0);
            fault.accept(zone);
            return zone::restore;
        };
    }

    /** Leaves frames in the cache of an idle agent. */
    private static void warm(Rooms rooms) {
        Agent agent = rooms.begin();
        long pfn = allocate(rooms, agent);
        rooms.frames.put(pfn);
        rooms.allocator.free(agent.worker(), pfn);
        rooms.done(agent);
    }

    private static long allocate(Rooms rooms, Agent agent) {
        var request = agent.worker().request;
        request.reset(Reason.CPU_FAULT, Intent.WRITE, 0, 0);
        request.effectiveMask = -1;
        return rooms.allocator.allocate(agent.worker(), request, 0);
    }

    /** Takes a frame out of the allocator, uncharged, and stores another word 0 in it. */
    private static Function<Scene, Runnable> taken(long word) {
        return scene -> {
            Rooms rooms = scene.rooms;
            Agent agent = rooms.begin();
            long pfn = allocate(rooms, agent);
            rooms.done(agent);
            long old = rooms.frames.word0(pfn);
            rooms.frames.word0(pfn, word);
            rooms.tenants.count(0, 0, -1);
            return () -> {
                rooms.tenants.count(0, 0, 1);
                rooms.frames.word0(pfn, old);
                rooms.frames.put(pfn);
                rooms.allocator.free(null, pfn);
            };
        };
    }
}
