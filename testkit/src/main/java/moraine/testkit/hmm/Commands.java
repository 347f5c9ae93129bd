package moraine.testkit.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import moraine.core.api.driver.Kernel;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MigrationReport;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PageInfo;
import moraine.core.api.model.PageState;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Snapshot;

/**
 * The commands that the kernel's test device has, given to one device by one process. READ and WRITE are kernels, which
 * copy between a range and the process's mirror buffer; the others go through the core.
 */
final class Commands {
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final Machine machine;
    private final Device device;
    private final UserProcess process;
    private Buffer mirror;

    Commands(Machine machine, Device device, UserProcess process) {
        this.machine = machine;
        this.device = device;
        this.process = process;
        this.mirror = process.map(UserProcess.BUFFER_PAGES);
    }

    /** {@return where READ puts what it read of a range, and where WRITE takes what it writes} */
    Buffer mirror(Buffer range) {
        if (range.pages() > mirror.pages()) {
            process.unmap(mirror);
            mirror = process.map(range.pages());
        }
        return mirror.part(0, range.pages());
    }

    /** READ: the device copies a range to the mirror buffer. */
    Reply read(Buffer range) {
        Buffer into = mirror(range);
        run(new AnnounceKernel(into.address(), into.pages(), Intent.WRITE));
        return copy(range, new CopyKernel(range.address(), into.address(), range.pages(), Intent.READ));
    }

    /** WRITE: the device copies the mirror buffer to a range. */
    Reply write(Buffer range) {
        Buffer from = mirror(range);
        run(new AnnounceKernel(from.address(), from.pages(), Intent.READ));
        return copy(range, new CopyKernel(from.address(), range.address(), range.pages(), Intent.WRITE));
    }

    private Reply copy(Buffer range, Kernel kernel) {
        long before = machine.counter("device.ranges");
        try {
            run(kernel);
        } catch (MoraineException e) {
            return Reply.failed(e.errno());
        }
        return Reply.done(range.pages(), machine.counter("device.ranges") - before);
    }

    private void run(Kernel kernel) {
        device.launch(process.space(), kernel).await(TIMEOUT_NS);
    }

    /** SNAPSHOT. @return a byte a page */
    byte[] snapshot(Buffer range) {
        return device.snapshot(process.space(), range.address(), range.bytes());
    }

    /**
     * MIGRATE_TO_DEV, then reads the range back into the mirror buffer.
     *
     * @return ENOENT when a page of the range is not on the device afterwards, or leaves it when the device reads it
     */
    Reply migrateToDevice(Buffer range) {
        try {
            device.migrateToDevice(process.space(), range.address(), range.bytes());
        } catch (MoraineException e) {
            return Reply.failed(e.errno());
        }
        if (!local(range)) {
            return Reply.failed(Errno.ENOENT);
        }
        Reply reply = read(range);
        return reply.errno() == Errno.OK && !local(range) ? Reply.failed(Errno.ENOENT) : reply;
    }

    /** MIGRATE_TO_DEV of a range of which every page has to go. */
    void mustMigrate(Buffer range) {
        Reply reply = migrateToDevice(range);
        assertThat(reply).as("MIGRATE_TO_DEV").isEqualTo(Reply.done(range.pages(), reply.faults()));
    }

    private boolean local(Buffer range) {
        for (byte page : snapshot(range)) {
            if (!Snapshot.local(page)) {
                return false;
            }
        }
        return true;
    }

    /** Moves a range to the device without looking at it. @return how many pages moved */
    Reply moveToDevice(Buffer range) {
        return Reply.done(
                device.migrateToDevice(process.space(), range.address(), range.bytes())
                        .movedPages(),
                0);
    }

    /** MIGRATE_TO_SYS. @return how many pages moved */
    Reply migrateToSystem(Buffer range) {
        try {
            MigrationReport report = device.migrateToSystem(process.space(), range.address(), range.bytes());
            return Reply.done(report.movedPages(), 0);
        } catch (MoraineException e) {
            return Reply.failed(e.errno());
        }
    }

    /**
     * EXCLUSIVE: the device has every page of a range for itself, then reads the range back into the mirror buffer.
     *
     * @return ENOENT when the device had to ask for a page again to read it
     */
    Errno exclusive(Buffer range) {
        try {
            MigrationReport report = device.exclusive(process.space(), range.address(), range.bytes());
            if (report.movedPages() + report.alreadyPages() != range.pages()) {
                return Errno.EBUSY;
            }
        } catch (MoraineException e) {
            return e.errno();
        }
        Reply reply = read(range);
        return reply.errno() == Errno.OK && reply.faults() > 0 ? Errno.ENOENT : reply.errno();
    }

    /**
     * CHECK_EXCLUSIVE. Where some device has a page for itself, this one is told that it had it already if it is the
     * one; if it is another, the page changes hands by being asked for.
     *
     * @return EPERM while the device has a page of the range for itself, else OK
     */
    Errno checkExclusive(Buffer range) {
        boolean any = pages(range)
                .filter(page -> page.state() == PageState.EXCLUSIVE)
                .anyMatch(page -> device.exclusive(process.space(), page.address(), Pages.SIZE)
                                .alreadyPages()
                        == 1);
        return any ? Errno.EPERM : Errno.OK;
    }

    private Stream<PageInfo> pages(Buffer range) {
        return process.space().pages(range.address(), range.bytes(), Math.toIntExact(range.pages())).stream();
    }

    /** {@return memory that the device's driver shows} */
    Mappable filled(long pages) {
        return device.buffer(pages * Pages.SIZE);
    }

    /** RELEASE: every page of the device goes home. @return how many there were */
    long release() {
        return device.evict();
    }

    /** {@return the device's node} */
    int node() {
        return device.info().node();
    }

    /** {@return pages of a range that are in memory that CPUs cannot address} */
    long hidden(Buffer range) {
        return pages(range)
                .filter(page -> page.state() == PageState.DEVICE_PRIVATE)
                .count();
    }

    /** {@return pages that the process's range has on the device} */
    long resident(Buffer range) {
        int node = node();
        return pages(range).filter(page -> page.node() == node).count();
    }
}
