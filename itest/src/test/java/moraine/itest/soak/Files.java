package moraine.itest.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Pages;

/** Makes files of known content, and reads what is in them behind the machine's back. */
final class Files {
    private final Machine machine;
    private final Path folder;

    Files(Machine machine, Path folder) {
        this.machine = machine;
        this.folder = folder;
    }

    Backing zeros(int pages) {
        return open(new byte[pages * Pages.SIZE]);
    }

    /** {@return a file whose pages hold version 1 of a region's} */
    Backing ofVersionOne(int region, int pages) {
        ByteBuffer bytes = ByteBuffer.allocate(pages * Pages.SIZE).order(ByteOrder.nativeOrder());
        for (int page = 0; page < pages; page++) {
            long key = Pattern.key(region, page, 0);
            for (int i = 0; i < Pattern.words(1); i++) {
                bytes.putLong(Pattern.word(key, 1, i));
            }
        }
        return open(bytes.array());
    }

    private Backing open(byte[] content) {
        try {
            Path path = java.nio.file.Files.createTempFile(folder, "file", ".bin");
            java.nio.file.Files.write(path, content);
            return new Backing(machine.openFile(path, true), path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a file of " + content.length + " bytes in " + folder, e);
        }
    }

    /** Proves what the operating system has of a file. */
    static void proveOnDisk(Region region, Backing backing) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(java.nio.file.Files.readAllBytes(backing.path))
                    .order(ByteOrder.nativeOrder());
            long[] words = new long[region.words()];
            for (int page = 0; page < region.pages(); page++) {
                bytes.asLongBuffer().get(page * words.length, words);
                try {
                    region.prove(page, words, "the file");
                } catch (Mismatch e) {
                    throw new Mismatch(e.getMessage() + "; the cache has " + cached(region, backing, page, words));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + backing.path, e);
        }
    }

    /** {@return whether the cache has what the region is said to hold, or what is in the file} */
    private static String cached(Region region, Backing backing, int page, long[] inFile) {
        var segment = MemorySegment.ofArray(new long[region.words()]);
        long position = (long) page * Pages.SIZE;
        backing.file.read(position, segment);
        long[] words = segment.toArray(ValueLayout.JAVA_LONG);
        try {
            region.prove(page, words, "the cache");
            return "what it should";
        } catch (Mismatch e) {
            return Arrays.equals(words, inFile) ? "the same as the file" : "something else again";
        }
    }
}
