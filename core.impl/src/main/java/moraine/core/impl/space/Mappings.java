package moraine.core.impl.space;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Advice;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;
import moraine.core.api.model.Sharing;
import moraine.core.api.time.Point;
import moraine.core.impl.Agent;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.CachedObject;
import moraine.core.impl.cache.Readahead;
import moraine.core.impl.mempolicy.SetPolicy;
import moraine.core.impl.pins.PinnedEdges;
import moraine.core.impl.rmap.MemoryObject;
import moraine.core.impl.userfault.Registration;
import moraine.core.impl.vma.LargePages;
import moraine.core.impl.vma.Vma;
import moraine.core.impl.vma.VmaMap;
import org.jspecify.annotations.Nullable;

/**
 * What changes the mappings of a space, under its lock held exclusively.
 *
 * <p>A change goes: new mappings listed in their objects, old ones dead, map published, entries changed, old ones taken
 * off their objects.
 */
final class Mappings {
    private static final long LOWEST = 1L << 36;

    private final Rooms rooms;
    private final Spaces spaces;
    private final SpaceImpl space;
    private final PinnedEdges edges;
    private final List<Registration> registrations = new ArrayList<>();

    Mappings(Rooms rooms, Spaces spaces, SpaceImpl space) {
        this.rooms = rooms;
        this.spaces = spaces;
        this.space = space;
        this.edges = new PinnedEdges(rooms);
    }

    /** Makes a change with the lock held and the space open. */
    private long change(ToLongFunction<Agent> change) {
        Agent agent = rooms.begin();
        long stamp = space.lockExclusive();
        try {
            space.checkOpen();
            return change.applyAsLong(agent);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }

    long mmap(MapRequest request) {
        Checks.mapping(request);
        return change(_ -> map(request));
    }

    private long map(MapRequest request) {
        long start = freePlace(request);
        boolean shared = request.sharing() == Sharing.SHARED;
        var large = request.largeOnly() ? LargePages.ONLY : LargePages.PLAN;
        var traits = new Vma.Traits(request.protection(), request.sharing(), large);
        long firstIndex = shared ? 0 : start >>> Pages.SHIFT;
        var vma = new Vma(space, start, start + bytes(request), traits, rooms.objects.create(shared), firstIndex);
        publish(new Edit(List.of(), List.of(vma)));
        return start;
    }

    private long freePlace(MapRequest request) {
        long bytes = bytes(request);
        long start = request.address() != 0 ? request.address() : place(bytes, request.alignment());
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
            return change(_ -> map(request, object, offset >>> Pages.SHIFT, mayWrite));
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
        publish(new Edit(List.of(), List.of(vma)));
        rooms.cache.fill(vma);
        return start;
    }

    void register(Registration registration) {
        long start = registration.address();
        long end = start + registration.bytes();
        change(agent -> {
            Checks.covered(space.vmas(), start, end);
            Checks.registrable(space.vmas(), start, end);
            Edit edit = Edit.of(space.vmas(), start, end, vma -> vma.withUserfault(registration));
            publish(edit);
            registrations.add(registration);
            return retire(agent, edit);
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
            publish(edit);
            retire(agent, edit);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }

    private long place(long bytes, long alignment) {
        long start = space.vmas().gap(bytes, Math.max(alignment, Pages.SIZE), LOWEST, Pages.ADDRESS_LIMIT);
        if (start < 0) {
            throw MoraineException.caller(
                    Errno.ENOMEM,
                    "no free range of " + bytes + " bytes below 0x" + Long.toHexString(Pages.ADDRESS_LIMIT)
                            + " in space " + space.name() + "; unmap something");
        }
        return start;
    }

    void munmap(long address, long bytes) {
        long end = Checks.range(address, bytes);
        change(agent -> unmap(agent, address, end));
    }

    private long unmap(Agent agent, long start, long end) {
        checkEdges(start, end);
        Edit edit = Edit.of(space.vmas(), start, end, null);
        publish(edit);
        rooms.points.reach(Point.UNMAP_PUBLISHED);
        new Unmapper(rooms).clear(agent, space, start, end);
        space.hints().forget(start, end);
        retire(agent, edit);
        return end - start;
    }

    void mprotect(long address, long bytes, Protection protection) {
        long end = Checks.range(address, bytes);
        change(agent -> {
            Checks.covered(space.vmas(), address, end);
            checkEdges(address, end);
            Checks.mayWrite(space.vmas(), address, end, protection);
            if (protection == Protection.NONE) {
                new ZeroKeeper(rooms, spaces.faults(), space).keep(agent, address, end);
            }
            Edit edit = Edit.of(space.vmas(), address, end, vma -> vma.withProtection(protection));
            publish(edit);
            new Unmapper(rooms).divideEdges(agent, space, address, end);
            new Protector(rooms, new Unmapper(rooms)).restrict(agent, space, address, end, protection);
            return retire(agent, edit);
        });
    }

    /** Gives a range a policy; that of shared memory becomes its object's. */
    void mbind(long address, long bytes, @Nullable SetPolicy policy) {
        long end = Checks.range(address, bytes);
        change(agent -> {
            Checks.covered(space.vmas(), address, end);
            for (Vma vma : space.vmas().overlapping(address, end)) {
                if (vma.shared()) {
                    share(vma, Math.max(address, vma.start()), Math.min(end, vma.end()), policy);
                }
            }
            return cut(agent, address, end, vma -> vma.shared() ? vma : vma.withPolicy(policy));
        });
    }

    private void share(Vma vma, long start, long end, @Nullable SetPolicy policy) {
        MemoryObject object = vma.object();
        object.lock(rooms.actors);
        object.policies(object.policies().with(vma.index(start), vma.index(end), policy));
        object.unlock();
    }

    /** Changes the mappings of a range whose entries stay, but for leaves that would reach into two mappings. */
    private long cut(Agent agent, long start, long end, UnaryOperator<Vma> change) {
        checkEdges(start, end);
        Edit edit = Edit.of(space.vmas(), start, end, change);
        publish(edit);
        new Unmapper(rooms).divideEdges(agent, space, start, end);
        return retire(agent, edit);
    }

    /** Refuses a range that ends within a page that cannot be split. */
    private void checkEdges(long start, long end) {
        Checks.wholeLargePages(space.vmas(), start, end);
        edges.check(space, start, end);
    }

    void advise(long address, long bytes, Advice advice) {
        long end = Checks.range(address, bytes);
        if (advice.kind() == Advice.Kind.COLLAPSE) {
            new Collapse(rooms, space).run(address, end);
            return;
        }
        if (advice.kind() == Advice.Kind.WILLNEED) {
            willNeed(address, end);
            return;
        }
        Readahead.Mode order = order(advice.kind());
        if (order != null) {
            change(agent -> {
                Checks.covered(space.vmas(), address, end);
                return cut(agent, address, end, vma -> read(vma, order));
            });
            return;
        }
        change(agent -> {
            Checks.covered(space.vmas(), address, end);
            Checks.wholeLargePages(space.vmas(), address, end);
            Checks.anonymous(space.vmas(), address, end, advice);
            switch (advice.kind()) {
                case FREE -> new LazyFreer(rooms).free(agent, space, address, end);
                case DEAD -> {
                    edges.check(space, address, end);
                    new Unmapper(rooms).clear(agent, space, address, end);
                }
                case HUGEPAGE -> advise(agent, address, end, advice, LargePages.ALWAYS);
                case NOHUGEPAGE -> advise(agent, address, end, advice, LargePages.NEVER);
                case MERGEABLE -> {
                    rooms.merging.advised();
                    mergeable(agent, address, end, advice, true);
                }
                case UNMERGEABLE -> mergeable(agent, address, end, advice, false);
                default -> throw new IllegalStateException("advice " + advice.kind() + " is not taken here");
            }
            return end - address;
        });
        if (advice.kind() == Advice.Kind.UNMERGEABLE) {
            new Unmerger(rooms, spaces.faults(), space).run(address, end);
        }
    }

    private void mergeable(Agent agent, long start, long end, Advice advice, boolean now) {
        Checks.sizeable(space.vmas(), start, end, advice);
        cut(agent, start, end, vma -> vma.withMergeable(now));
    }

    /** {@return in which order files are read after advice, or null when it says nothing of that} */
    private static Readahead.@Nullable Mode order(Advice.Kind kind) {
        return switch (kind) {
            case NORMAL -> Readahead.Mode.NORMAL;
            case SEQUENTIAL -> Readahead.Mode.SEQUENTIAL;
            case RANDOM -> Readahead.Mode.RANDOM;
            default -> null;
        };
    }

    private Vma read(Vma vma, Readahead.Mode order) {
        return vma.readahead() == null ? vma : vma.withReadahead(Readahead.of(order, rooms.cache.usualReadahead()));
    }

    /** Has what files hold for a range read; what is no file's is there, or is made when it is touched. */
    private void willNeed(long start, long end) {
        Checks.covered(space.vmas(), start, end);
        for (Vma vma : space.vmas().overlapping(start, end)) {
            rooms.cache.willNeed(vma, Math.max(start, vma.start()), Math.min(end, vma.end()));
        }
    }

    private void advise(Agent agent, long start, long end, Advice advice, LargePages large) {
        Checks.sizeable(space.vmas(), start, end, advice);
        cut(agent, start, end, vma -> vma.withLarge(large));
    }

    long mremap(long address, long oldBytes, long newBytes, boolean mayMove, boolean keepOld) {
        long oldEnd = Checks.range(address, oldBytes);
        long newEnd = Checks.range(address, newBytes);
        Checks.keeping(keepOld, mayMove, address, oldEnd - address, newEnd - address);
        return change(agent -> {
            Checks.wholeLargePages(space.vmas(), address, oldEnd);
            return keepOld
                    ? move(agent, Checks.single(space.vmas(), address, oldEnd), address, oldEnd, newEnd - address, true)
                    : resize(agent, address, oldEnd, newEnd, mayMove);
        });
    }

    private long resize(Agent agent, long start, long oldEnd, long newEnd, boolean mayMove) {
        Vma vma = Checks.single(space.vmas(), start, oldEnd);
        Checks.length(vma, newEnd - start);
        if (newEnd <= oldEnd) {
            if (newEnd < oldEnd) {
                unmap(agent, newEnd, oldEnd);
            }
            return start;
        }
        Checks.mayGrow(vma, newEnd);
        if (vma.end() == oldEnd
                && newEnd <= Pages.ADDRESS_LIMIT
                && space.vmas().overlapping(oldEnd, newEnd).isEmpty()) {
            Edit edit = new Edit(List.of(vma), List.of(vma.at(space, vma.start(), newEnd - vma.start())));
            publish(edit);
            retire(agent, edit);
            return start;
        }
        Checks.mayMove(mayMove, start, oldEnd - start, newEnd - start);
        return move(agent, vma, start, oldEnd, newEnd - start, false);
    }

    private long move(Agent agent, Vma vma, long start, long end, long newBytes, boolean keepOld) {
        long align =
                (start & Pages.LARGE_SIZE - 1) == 0 && end - start >= Pages.LARGE_SIZE ? Pages.LARGE_SIZE : Pages.SIZE;
        long target = place(newBytes, align);
        edges.check(space, start, end);
        if ((start - target & Pages.LARGE_SIZE - 1) != 0) {
            edges.checkAll(space, start, end);
        }
        Vma part = vma.part(start, end);
        List<Vma> moved = List.of(part.at(space, target, newBytes).withUserfault(null));
        list(moved);
        Edit edit = keepOld ? keeping(vma, part) : Edit.of(space.vmas(), start, end, null);
        publish(edit);
        rooms.points.reach(Point.UNMAP_PUBLISHED);
        new Remapper(rooms, new Unmapper(rooms)).move(agent, space, vma, start, end - start, target);
        space.vmas(space.vmas().replace(List.of(), moved));
        space.hints().move(start, end, target);
        retire(agent, edit);
        if (keepOld) {
            renew(agent, part);
        }
        return target;
    }

    /** {@return the change that leaves a part dead where it is, so that touches wait until the space's lock is free} */
    private static Edit keeping(Vma vma, Vma part) {
        part.die();
        List<Vma> come = new ArrayList<>();
        if (vma.start() < part.start()) {
            come.add(vma.part(vma.start(), part.start()));
        }
        come.add(part);
        if (part.end() < vma.end()) {
            come.add(vma.part(part.end(), vma.end()));
        }
        return new Edit(List.of(vma), come);
    }

    /**
     * Puts a mapping that lives in the place of one that died when its pages were moved away. Private memory starts
     * anew: what is made there from now on is none of the moved pages.
     */
    private void renew(Agent agent, Vma dead) {
        Vma fresh = dead.shared() ? dead.part(dead.start(), dead.end()) : dead.of(rooms.objects.create(false));
        Edit edit = new Edit(List.of(dead), List.of(fresh));
        publish(edit);
        retire(agent, edit);
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
            list(copies);
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
            unmap(agent, 0, Pages.ADDRESS_LIMIT);
            registrations.forEach(Registration::end);
            registrations.clear();
            spaces.ended(space);
        } finally {
            space.unlockExclusive(stamp);
            rooms.done(agent);
        }
    }

    /** Lists new mappings in their objects, marks old ones dead, and publishes the map. */
    private void publish(Edit edit) {
        list(edit.come());
        for (Vma vma : edit.gone()) {
            vma.die();
        }
        space.vmas(space.vmas().replace(edit.gone(), edit.come()));
    }

    /**
     * Lists new mappings in their objects, so that reverse walks come by. Where entries are brought along, the map is
     * published after them: no fault fills a page that is about to come.
     */
    private void list(List<Vma> mappings) {
        for (Vma vma : mappings) {
            list(vma, vma.object());
            if (vma.below() != null) {
                list(vma, vma.below().object());
            }
        }
    }

    private void list(Vma vma, MemoryObject object) {
        object.lock(rooms.actors);
        object.mappings().add(vma);
        object.unlock();
    }

    /** Takes old mappings off their objects; the last one takes the object along. @return how many */
    private long retire(Agent agent, Edit edit) {
        boolean awaited = false;
        for (Vma vma : edit.gone()) {
            retire(agent, vma, vma.object());
            if (vma.below() != null) {
                retire(agent, vma, vma.below().object());
            }
            awaited |= vma.userfault() != null;
        }
        if (awaited) {
            rooms.actors.signal();
        }
        return edit.gone().size();
    }

    private void retire(Agent agent, Vma vma, MemoryObject object) {
        object.lock(rooms.actors);
        object.mappings().remove(vma);
        boolean last = object.mappings().isEmpty();
        object.unlock();
        if (last && object.filled()) {
            rooms.cache.unmapped(agent, object);
        } else if (last) {
            new ObjectEnd(rooms).end(agent, object);
        }
    }
}
