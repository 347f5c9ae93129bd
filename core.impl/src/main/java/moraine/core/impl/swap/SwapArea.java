package moraine.core.impl.swap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeKind;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.core.api.time.Cost;
import moraine.core.impl.Rooms;
import moraine.core.impl.cache.Content;
import moraine.core.impl.cache.FileHost;
import moraine.core.impl.cache.Lane;
import moraine.core.impl.cache.Store;

/**
 * Where swapped pages lie: a file, or memory that stands for a storage node.
 *
 * <p>A file is read and written on a thread of its own. Page cache and swap share none, for the page cache waits there
 * for frame locks, and whoever writes to swap holds some. It does one request after the other, so one that came too
 * late for its deadline never overwrites what a later one wrote.
 */
final class SwapArea {
    /** Pages of a machine are nobody else's to read. */
    private static final FileAttribute<?>[] OWN = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };

    private static final FileAttribute<?>[] ANYBODY = {};
    private static final System.Logger LOG = System.getLogger(SwapArea.class.getName());

    private final Rooms rooms;
    private final SwapSpec spec;
    private final Path path;
    private final Store store;
    private final FileHost host;
    private final Lane lane = new Lane();
    /** Batches that are on their way out, and those that ended. */
    private final AtomicInteger begun = new AtomicInteger();

    private final AtomicLong ended = new AtomicLong();

    private SwapArea(Rooms rooms, SwapSpec spec, Path path, Store store) {
        this.rooms = rooms;
        this.spec = spec;
        this.path = path;
        this.store = store;
        int home = rooms.home(rooms.topology.profile().nodes().getFirst().id());
        this.host = new FileHost(rooms.environment, home, rooms.tuning.swapDeadlineNs, /* most= */ 1, "moraine-swap");
    }

    /**
     * Makes a machine's area.
     *
     * @param slots how many it has
     * @param stores how files are reached
     * @throws MoraineException EEXIST for a file that is there, EIO for one that cannot be made
     */
    static SwapArea make(Rooms rooms, int slots, Store.Opener stores) {
        SwapSpec spec = rooms.spec.swap();
        if (spec.node() >= 0) {
            return new SwapArea(rooms, spec, Path.of(""), new NodeStore(slots, new Content(rooms).unit()));
        }
        Path path = Path.of(spec.path());
        try {
            return new SwapArea(rooms, spec, path, open(path, stores));
        } catch (FileAlreadyExistsException e) {
            throw refused(Errno.EEXIST, path, "it exists, and a machine's swap is its own; name one that does not", e);
        } catch (IOException e) {
            throw refused(Errno.EIO, path, reason(e), e);
        }
    }

    /** Makes a file and takes its name away, so that nothing of it stays behind when the process is killed. */
    private static Store open(Path path, Store.Opener stores) throws IOException {
        Files.createFile(
                path, path.getFileSystem().supportedFileAttributeViews().contains("posix") ? OWN : ANYBODY);
        try {
            return stores.open(path.toRealPath(), /* writable= */ true);
        } finally {
            Files.delete(path);
        }
    }

    /** {@return what the system said; for some of its errors Java has a class in place of a text} */
    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static MoraineException refused(Errno errno, Path path, String why, IOException cause) {
        return new MoraineException(errno, Blame.CALLER, "cannot swap to " + path + ": " + why, cause);
    }

    /** A batch of pages is on its way out. */
    void begin() {
        begun.incrementAndGet();
    }

    /** A batch is out, or its pages are where they were; who waits for that looks again. */
    void end() {
        begun.decrementAndGet();
        ended.incrementAndGet();
        rooms.actors.signal();
    }

    /** {@return how many batches are on their way out} */
    int underWay() {
        return begun.get();
    }

    /** {@return how many batches ended} */
    long ended() {
        return ended.get();
    }

    /**
     * Writes slots that follow one another.
     *
     * @throws MoraineException EIO; then the buffer must be left alone
     */
    void write(int slot, int pages, ByteBuffer from) {
        run("write", () -> store.write(slot, pages, from, Long.MAX_VALUE));
    }

    /**
     * Reads slots that follow one another.
     *
     * @throws MoraineException EIO; then the buffer must be left alone
     */
    void read(int slot, int pages, ByteBuffer into) {
        run("read", () -> store.read(slot, pages, into));
    }

    private void run(String doing, FileHost.Work work) {
        if (spec.node() < 0) {
            host.run(doing, path, lane, work);
            return;
        }
        try {
            work.run();
        } catch (IOException e) {
            throw new MoraineException(Errno.EIO, Blame.INTERNAL, "cannot " + doing + " node " + spec.node(), e);
        }
    }

    /**
     * Charges for a request, made by a processor of a node, for pages of a node; those of a device go over its CPU's
     * node, for profiles need not have a way from a device to every node.
     */
    void charge(int initiator, int node, int pages, boolean out) {
        long bytes = (long) pages * Pages.SIZE;
        int end = rooms.topology.kind(node) == NodeKind.DEVICE ? rooms.home(node) : node;
        if (spec.node() < 0) {
            rooms.charge(Cost.FILE, initiator, initiator, initiator, bytes);
        } else if (out) {
            rooms.charge(Cost.COPY, initiator, end, spec.node(), bytes);
        } else {
            rooms.charge(Cost.COPY, initiator, spec.node(), end, bytes);
        }
    }

    /** Gives the area up; nobody uses it any more. */
    void close() {
        host.close();
        try {
            store.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "swap file " + path + " is not closed: " + e.getMessage());
        }
    }
}
