package moraine.core.impl.check;

import java.util.List;
import java.util.Set;
import moraine.core.api.host.CpuContext;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Reason;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.allocator.AllocRequest;
import moraine.core.impl.mirror.DeviceTable;
import moraine.core.impl.mirror.Notifiers;
import moraine.core.impl.tables.Pte;

/** Faults in devices' tables, notifiers and TLBs. */
final class MirrorPlantings {
    private MirrorPlantings() {}

    static List<Planting> all() {
        return List.of(
                Planting.of("I1", "a device maps another frame", s -> install(s, 1, s.small, s.pfn(s.small) + 1, 0)),
                Planting.of("I1", "a device may write what the CPU may not", MirrorPlantings::writeZero),
                Planting.of(
                        "I10", "a device maps another owner's page", s -> install(s, 2, s.device, s.pfn(s.device), 0)),
                Planting.of("exclusive", "two devices have a page as their own", MirrorPlantings::giveTwice),
                Planting.of("exclusive", "a device has what the CPUs have too", MirrorPlantings::giveBeside),
                Planting.of("exclusive", "a device's plain translation was left", MirrorPlantings::leavePlain),
                Planting.of(
                        "I1",
                        "a device maps 2 MiB of another folio",
                        s -> installLarge(s, s.large, s.pfn(s.large) + 512)),
                Planting.of(
                        "I1",
                        "a device maps 2 MiB where the CPU has small pages",
                        s -> installLarge(s, s.small & -Pages.LARGE_SIZE, s.pfn(s.small) & -512)),
                new Planting(
                        "duplicate",
                        "a device has the page itself as its duplicate",
                        Set.of("duplicate", "frame-refs"),
                        s -> install(s, 1, s.small, s.pfn(s.small), Pte.DUPLICATE)),
                Planting.of("duplicate", "a duplicate is not what the page is", s -> duplicate(s, 0, 0, true)),
                Planting.of("duplicate", "a device may write a duplicate", s -> duplicate(s, Pte.WRITE, 0, false)),
                Planting.of("duplicate", "a CPU may write the page", s -> duplicate(s, 0, Pte.WRITE, false)),
                Planting.of("I2", "a TLB missed a shoot-down", MirrorPlantings::missShootDown),
                Planting.of("notifier-quiet", "an invalidation never ends", MirrorPlantings::invalidate),
                Planting.of("device-lock", "a device table stays locked", MirrorPlantings::lock));
    }

    private static Runnable install(Scene scene, int node, long address, long pfn, long bits) {
        DeviceTable table = scene.deviceTable(node);
        table.install(address, Pte.of(Pte.PRESENT, pfn, bits));
        return () -> table.install(address, Pte.NONE);
    }

    /** Plants a duplicate that is right but for a bit of its translation or of the CPU's entry, or its content. */
    private static Runnable duplicate(Scene scene, long bits, long cpuBits, boolean changed) {
        Rooms rooms = scene.rooms;
        long at = scene.small;
        long original = scene.pfn(at);
        Agent agent = rooms.newAgent();
        AllocRequest request = agent.worker().request;
        request.reset(Reason.DEVICE_FAULT, Intent.READ, 1, scene.space.tenant());
        long copy = rooms.allocator.allocate(agent.worker(), request, 0);
        rooms.retire(agent);
        if (changed) {
            rooms.frames.zero(copy, 1);
        } else {
            rooms.frames.copy(original, copy, 1);
        }
        rooms.frames.owner(copy, rooms.frames.object(original), rooms.frames.index(original));
        Runnable entry = scene.put(at, scene.entry(at) & ~Pte.WRITE | Pte.DUPLICATED | cpuBits);
        scene.deviceTable(1).install(at, Pte.of(Pte.PRESENT, copy, Pte.DUPLICATE | bits));
        return () -> {
            scene.space.notifiers().start(Notifiers.Event.CLEAR, at, at + Pages.SIZE);
            entry.run();
            scene.space.notifiers().end();
        };
    }

    private static Runnable installLarge(Scene scene, long address, long head) {
        scene.deviceTable(1).install(address, Pte.of(Pte.PRESENT, head, Pte.LARGE));
        return () -> {
            scene.space.notifiers().start(Notifiers.Event.CLEAR, address, address + Pages.LARGE_SIZE);
            scene.space.notifiers().end();
        };
    }

    private static Runnable writeZero(Scene scene) {
        DeviceTable table = scene.deviceTable(1);
        table.install(scene.zero(), Pte.of(Pte.ZERO, 0, Pte.WRITE));
        return () -> table.install(scene.zero(), Pte.NONE);
    }

    private static Runnable giveTwice(Scene scene) {
        Runnable undo = mark(scene);
        Runnable first = install(scene, 1, scene.small, scene.pfn(scene.small), Pte.WRITE | Pte.ATOMIC);
        Runnable second = install(scene, 2, scene.small, scene.pfn(scene.small), Pte.WRITE | Pte.ATOMIC);
        return () -> {
            first.run();
            second.run();
            undo.run();
        };
    }

    private static Runnable giveBeside(Scene scene) {
        return install(scene, 1, scene.small, scene.pfn(scene.small), Pte.WRITE | Pte.ATOMIC);
    }

    private static Runnable leavePlain(Scene scene) {
        Runnable undo = mark(scene);
        Runnable plain = install(scene, 1, scene.small, scene.pfn(scene.small), Pte.WRITE);
        return () -> {
            plain.run();
            undo.run();
        };
    }

    private static Runnable mark(Scene scene) {
        return scene.put(scene.small, Pte.withKind(scene.entry(scene.small), Pte.EXCLUSIVE));
    }

    private static Runnable missShootDown(Scene scene) {
        CpuContext cpu = scene.space.attach(0);
        cpu.getLong(scene.zero());
        Runnable undo = scene.put(scene.zero(), Pte.NONE);
        return () -> {
            undo.run();
            cpu.close();
        };
    }

    private static Runnable invalidate(Scene scene) {
        scene.space.notifiers().start(Notifiers.Event.UNMAP, scene.unmapped(), scene.unmapped() + Pages.SIZE);
        return () -> scene.space.notifiers().end();
    }

    private static Runnable lock(Scene scene) {
        DeviceTable table = scene.deviceTable(1);
        table.lock();
        return table::unlock;
    }
}
