package moraine.core.impl.cache;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.impl.Rooms;

/** Finds a file of the system and makes it one of the cache, or finds it there, whatever the path. */
final class FileOpener {
    private final Rooms rooms;
    private final Store.Opener stores;
    private final CachedObjects objects;
    private final DirtyPages counts;

    FileOpener(Rooms rooms, Store.Opener stores, CachedObjects objects, DirtyPages counts) {
        this.rooms = rooms;
        this.stores = stores;
        this.objects = objects;
        this.counts = counts;
    }

    /**
     * {@return the file, held}
     *
     * @param first is called before the first page of it can be dirty
     * @throws MoraineException ENOENT, EACCES, EINVAL for what is no regular file, EIO
     */
    FileObject open(Path path, boolean writable, Runnable first) {
        try {
            Path real = path.toRealPath();
            if (!Files.isRegularFile(real)) {
                throw MoraineException.caller(Errno.EINVAL, real + " is not a regular file; name one");
            }
            if (writable && !Files.isWritable(real)) {
                throw new AccessDeniedException(real.toString());
            }
            Object key = key(real);
            FileObject known = objects.again(key, writable);
            if (known != null) {
                return known;
            }
            if (writable) {
                first.run();
            }
            return openNew(real, key, writable);
        } catch (NoSuchFileException e) {
            throw refused(Errno.ENOENT, path, "there is no such file; create it first", e);
        } catch (AccessDeniedException e) {
            throw refused(Errno.EACCES, path, "the system denies access; change its permissions", e);
        } catch (IOException e) {
            throw refused(Errno.EIO, path, String.valueOf(e.getMessage()), e);
        }
    }

    private static MoraineException refused(Errno errno, Path path, String why, IOException cause) {
        return new MoraineException(errno, Blame.CALLER, "cannot open " + path + ": " + why, cause);
    }

    /** {@return what tells files apart: a path may come to name another one} */
    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
    }

    private FileObject openNew(Path path, Object key, boolean writable) throws IOException {
        Store store = stores.open(path, writable);
        long bytes = store.bytes();
        FileObject file = objects.open(
                key,
                store,
                writable,
                () -> rooms.objects.create(id -> new FileObject(id, path, key, counts, store, writable, bytes)));
        if (!file.stores().contains(store)) {
            store.close();
        }
        return file;
    }
}
