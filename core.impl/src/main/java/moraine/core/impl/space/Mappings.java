package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Advice;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.cache.Readahead;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.userfault.Registration;
import moraine.core.impl.vma.LargePages;
import moraine.core.impl.vma.Vma;
import moraine.core.impl.vma.VmaMap;
import org.jspecify.annotations.Nullable;

/** What changes the mappings of a space, under its lock held exclusively; see {@link MapEditor}. */
final class Mappings {
    private final Rooms rooms;
    private final Spaces spaces;
    private final SpaceImpl space;
    private final MapEditor editor;
    private final Adviser adviser;
    private final Resizer resizer;
    private final List<Registration> registrations = new ArrayList<>();

    Mappings(Rooms rooms, Spaces spaces, SpaceImpl space) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.space = space;
        this.editor = new MapEditor(rooms, space);
        this.adviser = new Adviser(rooms, spaces, space, editor);
        this.resizer = new Resizer(rooms, space, editor);
    }

    long mmap(MapRequest request) {
        Checks.mapping(request);
        return editor.change(_ -> map(request));
    }

    private long map(MapRequest request) {
        long start = freePlace(request);
        boolean shared = request.sharing() == Sharing.SHARED;
        var large = request.largeOnly() ? LargePages.ONLY : LargePages.PLAN;
        var traits = new Vma.Traits(request.protection(), request.sharing(), large);
        long firstIndex = shared ? 0 : start >>> Pages.SHIFT;
        var vma = new Vma(space, start, start + bytes(request), traits, rooms.objects.create(shared), firstIndex);
        editor.publish(new Edit(List.of(), List.of(vma)));
        return start;
    }

    private long freePlace(MapRequest request) {
        long bytes = bytes(request);
        long start = request.address() != 0 ? request.address() : editor.place(bytes, request.alignment());
        Checks.free(space.vmas(), start, start + bytes);
        return start;
    }

    private static long bytes(MapRequest request) {
        long page = request.largeOnly() ? Pages.LARGE_SIZE : Pages.SIZE;
        return request.bytes() + page - 1 & -page;
    }

    long mmap(MapRequest request, Mappable what, long offset) {
        Checks.mapping(request);
        CachedObject object = rooms.cache.hold(what);
        try {
            boolean mayWrite = request.sharing() == Sharing.PRIVATE || rooms.cache.writable(what);
            Checks.source(request, object, offset, mayWrite);
            return editor.change(_ -> map(request, object, offset >>> Pages.SHIFT, mayWrite));
        } finally {
            rooms.cache.release(object);
        }
    }

    private long map(MapRequest request, CachedObject object, long index, boolean mayWrite) {
        long start = freePlace(request);
        long end = start + Pages.ceil(request.bytes());
        var traits = new Vma.Traits(request.protection(), request.sharing(), mayWrite, LargePages.PLAN);
        var below = new Vma.Below(object, index);
        var vma = request.sharing() == Sharing.SHARED
                ? new Vma(space, start, end, traits, object, index)
                : new Vma(space, start, end, traits, rooms.objects.create(false), start >>> Pages.SHIFT, below);
        if (object.kind() == MemoryObject.Kind.FILE) {
            vma = vma.withReadahead(Readahead.of(Readahead.Mode.NORMAL, rooms.cache.usualReadahead()));
        }
        editor.publish(new Edit(List.of(), List.of(vma)));
        rooms.cache.fill(vma);
        return start;
    }

    void register(Registration registration) {
        long start = registration.address();
        long end = start + registration.bytes();
        editor.change(agent -> {
            Checks.covered(space.vmas(), start, end);
            Checks.registrable(space.vmas(), start, end);
            long retired = editor.cut(agent, start, end, vma -> vma.withUserfault(registration));
            registrations.add(registration);
            return retired;
        });
    }

    /** Ends the registration in every mapping that names it; nothing in a space that is closed. */
    void unregister(Registration registration) {
        Agent agent = rooms.begin();
        long stamp = space.lockExclusive();
        try {
            registrations.remove(registration);
            Edit edit = Edit.of(
                    space.vmas(),
                    registration.address(),
                    registration.address() + registration.bytes(),
                    vma -> vma.userfault() == registration ? vma.withUserfault(null) : vma);
            editor.publish(edit);
            editor.retire(agent, edit);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }

    void munmap(long address, long bytes) {
        long end = Checks.range(address, bytes);
        editor.change(agent -> editor.unmap(agent, address, end));
    }

    void mprotect(long address, long bytes, Protection protection) {
        long end = Checks.range(address, bytes);
        editor.change(agent -> {
            Checks.covered(space.vmas(), address, end);
            editor.checkEdges(address, end);
            Checks.mayWrite(space.vmas(), address, end, protection);
            if (protection == Protection.NONE) {
                new ZeroKeeper(rooms, spaces.faults(), space).keep(agent, address, end);
            }
            Edit edit = Edit.of(space.vmas(), address, end, vma -> vma.withProtection(protection));
            editor.publish(edit);
            new Unmapper(rooms).divideEdges(agent, space, address, end);
            new Protector(rooms, new Unmapper(rooms)).restrict(agent, space, address, end, protection);
            return editor.retire(agent, edit);
        });
    }

    void advise(long address, long bytes, Advice advice) {
        adviser.advise(address, bytes, advice);
    }

    long mremap(long address, long oldBytes, long newBytes, boolean mayMove, boolean keepOld) {
        return resizer.mremap(address, oldBytes, newBytes, mayMove, keepOld);
    }

    /** Gives a range a policy; that of shared memory becomes its object's. */
    void mbind(long address, long bytes, @Nullable SetPolicy policy) {
        long end = Checks.range(address, bytes);
        editor.change(agent -> {
            Checks.covered(space.vmas(), address, end);
            for (Vma vma : space.vmas().overlapping(address, end)) {
                if (vma.shared()) {
                    share(vma, Math.max(address, vma.start()), Math.min(end, vma.end()), policy);
                }
            }
            return editor.cut(agent, address, end, vma -> vma.shared() ? vma : vma.withPolicy(policy));
        });
    }

    private void share(Vma vma, long start, long end, @Nullable SetPolicy policy) {
        MemoryObject object = vma.object();
        object.lock(rooms.actors);
        object.policies(object.policies().with(vma.index(start), vma.index(end), policy));
        object.unlock();
    }

    /** Copies the mappings and entries to a new space, which is closed when that fails. */
    void fork(SpaceImpl child) {
        List<Vma> copies = new ArrayList<>();
        boolean complete = false;
        Agent agent = rooms.begin();
        long stamp = space.lockExclusive();
        try {
            space.checkOpen();
            for (Vma vma : space.vmas().all()) {
                copies.add(vma.at(child, vma.start(), vma.end() - vma.start()).withUserfault(null));
            }
            editor.list(copies);
            Forker forker = new Forker(rooms);
            for (Vma vma : space.vmas().all()) {
                forker.copy(agent, space, child, vma);
                rooms.points.reach(Point.FORK_COPYING);
            }
            complete = true;
        } finally {
            child.vmas(VmaMap.EMPTY.replace(List.of(), copies));
            child.hints().inherit(space.hints());
            child.inherit(space.policy());
            space.unlockExclusive(stamp);
            rooms.done(agent);
            if (!complete) {
                child.close();
            }
        }
    }

    /** Unmaps everything; the space is closed. */
    void end() {
        Agent agent = rooms.begin();
        long stamp = space.lockExclusive();
        try {
            editor.unmap(agent, 0, Pages.ADDRESS_LIMIT);
            registrations.forEach(Registration::end);
            registrations.clear();
            spaces.ended(space);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }
}
