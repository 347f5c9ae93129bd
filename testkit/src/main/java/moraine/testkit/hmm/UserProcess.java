package moraine.testkit.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** An address space with one CPU in it, and what the kernel's tests do with a buffer through that CPU. */
final class UserProcess implements AutoCloseable {
    /** The size of a large page: 2 MiB. */
    static final long LARGE_PAGES = Pages.PER_LARGE;
    /** The usual size of a buffer: 4 MiB. */
    static final long BUFFER_PAGES = 1024;
    /** What holds nothing that anybody wrote. */
    static final IntUnaryOperator ZERO = _ -> 0;
    /** Each int its own index. */
    static final IntUnaryOperator INDEX = index -> index;
    /** Another pattern: no int as in {@link #INDEX}. */
    static final IntUnaryOperator INVERSE = index -> ~index;

    private static final int INTS = Pages.SIZE / Integer.BYTES;

    private final Rig rig;
    private final AddressSpace space;
    private final CpuContext cpu;

    UserProcess(Rig rig, AddressSpace space) {
        this.rig = rig;
        this.space = space;
        this.cpu = space.attach(Rig.CPU);
    }

    AddressSpace space() {
        return space;
    }

    CpuContext cpu() {
        return cpu;
    }

    /** {@return a device, under this process's commands} */
    Commands device(int index) {
        return rig.commands(this, index);
    }

    /** {@return new private memory, nothing of it touched} */
    Buffer map(long pages) {
        return map(MapRequest.anonymous(pages * Pages.SIZE));
    }

    /** {@return new memory, nothing of it touched} */
    Buffer map(MapRequest request) {
        return new Buffer(space.mmap(request), Pages.count(request.bytes()));
    }

    /** {@return a mapping of all of a file or of what a driver filled} */
    Buffer map(MapRequest request, Mappable what) {
        return new Buffer(space.mmap(request, what, 0), Pages.count(request.bytes()));
    }

    /** {@return new private memory that starts at a large page} */
    Buffer mapAligned(long pages) {
        return map(MapRequest.anonymous(pages * Pages.SIZE).aligned(Pages.LARGE_SIZE));
    }

    void unmap(Buffer range) {
        space.munmap(range.address(), range.bytes());
    }

    void protect(Buffer range, Protection protection) {
        space.mprotect(range.address(), range.bytes(), protection);
    }

    /** The CPU writes a pattern: int number i of the range gets {@code pattern(i)}. */
    void fill(Buffer range, IntUnaryOperator pattern) {
        int[] ints = new int[INTS];
        for (int page = 0; page < range.pages(); page++) {
            int first = page * INTS;
            Arrays.setAll(ints, i -> pattern.applyAsInt(first + i));
            cpu.write(range.page(page), MemorySegment.ofArray(ints));
        }
    }

    /** The CPU reads a range and finds a pattern, or fails. */
    void expect(Buffer range, IntUnaryOperator pattern) {
        int[] wanted = new int[INTS];
        int[] found = new int[INTS];
        for (int page = 0; page < range.pages(); page++) {
            int first = page * INTS;
            Arrays.setAll(wanted, i -> pattern.applyAsInt(first + i));
            cpu.read(range.page(page), MemorySegment.ofArray(found));
            int wrong = Arrays.mismatch(wanted, found);
            if (wrong >= 0) {
                assertThat(found[wrong])
                        .as("int %d of page %d of %d at 0x%x", wrong, page, range.pages(), range.page(page))
                        .isEqualTo(wanted[wrong]);
            }
        }
    }

    /** The CPU adds one to every int of a range. */
    void increment(Buffer range) {
        int[] ints = new int[INTS];
        for (int page = 0; page < range.pages(); page++) {
            cpu.read(range.page(page), MemorySegment.ofArray(ints));
            for (int i = 0; i < INTS; i++) {
                ints[i]++;
            }
            cpu.write(range.page(page), MemorySegment.ofArray(ints));
        }
    }

    /**
     * Moves part of a mapping elsewhere. It grows by a page, and what follows it is taken, so that it has to move.
     *
     * @return where it is now, without that page
     */
    Buffer move(Buffer part) {
        if (space.info().mappings().stream().noneMatch(vma -> vma.start() <= part.end() && part.end() < vma.end())) {
            map(MapRequest.anonymous(Pages.SIZE).at(part.end()));
        }
        return new Buffer(space.mremap(part.address(), part.bytes(), part.bytes() + Pages.SIZE, true), part.pages());
    }

    /** Moves part of a mapping elsewhere and leaves an empty one where it was. @return where it is now */
    Buffer moveAndKeep(Buffer part) {
        return new Buffer(space.mremap(part.address(), part.bytes(), part.bytes(), true, true), part.pages());
    }

    /** {@return whether every page of a range is mapped as part of a large one} */
    boolean large(Buffer range) {
        List<PageInfo> there = space.pages(range.address(), range.bytes(), Math.toIntExact(range.pages()));
        return there.size() == range.pages() && there.stream().allMatch(page -> page.order() == Pages.LARGE_ORDER);
    }

    /** {@return a child process} */
    UserProcess fork() {
        return rig.adopt(space.fork(space.name() + "-child"));
    }

    @Override
    public void close() {
        cpu.close();
        space.close();
    }
}
