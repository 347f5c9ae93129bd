package moraine.itest.soak;

import java.util.Arrays;
import moraine.core.api.model.Pages;
import org.jspecify.annotations.Nullable;

/**
 * A mapping as one worker knows it: of each page the part that the worker alone writes, and its version. Confined to
 * the worker; a kernel of it that is awaited may change versions meanwhile.
 */
final class Region {
    /** What is mapped. */
    enum Type {
        PRIVATE,
        SHARED,
        FILE_SHARED,
        FILE_PRIVATE;

        boolean shared() {
            return this == SHARED || this == FILE_SHARED;
        }

        boolean file() {
            return this == FILE_SHARED || this == FILE_PRIVATE;
        }
    }

    /**
     * The part of each page that one worker writes.
     *
     * @param parts of a page
     * @param part of the worker, counted from 0
     * @param common what all workers see of the region, or null when it is one worker's
     */
    record Share(int parts, int part, @Nullable Common common) {
        static final Share WHOLE = new Share(1, 0, null);
    }

    final int id;
    final Type type;
    final int parts;
    final int part;
    /** What all workers see of it, or null when it is one worker's. */
    final @Nullable Common common;

    final @Nullable Backing backing;
    /** Whether it came with a fork. */
    boolean inherited;

    long base;
    /** Version of the part of each page. */
    int[] versions;
    /** Pages advised free and not written since, which may have become zeros. */
    boolean[] loose;
    /** Pages of which a kernel had changed a part when they were unmapped here; others may have them mapped still. */
    boolean[] torn;
    /** It is several mappings, or has held ones, so that it cannot be resized. */
    boolean patched;

    Region(int id, Type type, long base, int pages, @Nullable Backing backing) {
        this(id, type, base, new int[pages], Share.WHOLE, backing);
    }

    Region(int id, Type type, long base, int[] versions, Share share, @Nullable Backing backing) {
        this.id = id;
        this.type = type;
        this.base = base;
        this.versions = versions;
        this.loose = new boolean[versions.length];
        this.torn = new boolean[versions.length];
        this.parts = share.parts;
        this.part = share.part;
        this.common = share.common;
        this.backing = backing;
    }

    /** {@return the region as a child has it after a fork} */
    Region forked() {
        int[] its = type.shared() ? versions : versions.clone();
        var copy = new Region(id, type, base, its, new Share(parts, part, /* common= */ null), backing);
        copy.loose = loose.clone();
        copy.torn = type.shared() ? torn : torn.clone();
        copy.patched = patched;
        copy.inherited = true;
        return copy;
    }

    int pages() {
        return versions.length;
    }

    long bytes() {
        return (long) pages() * Pages.SIZE;
    }

    long page(int page) {
        return base + (long) page * Pages.SIZE;
    }

    int words() {
        return Pattern.words(parts);
    }

    /** {@return where the worker's part of a page is} */
    long address(int page) {
        return page(page) + (long) part * words() * Long.BYTES;
    }

    long key(int page) {
        return Pattern.key(id, page, part);
    }

    void resize(int pages) {
        versions = Arrays.copyOf(versions, pages);
        loose = Arrays.copyOf(loose, pages);
        torn = Arrays.copyOf(torn, pages);
    }

    /** {@return whether somebody has unmapped it under its other users} */
    boolean gone() {
        return common != null && common.gone;
    }

    /** {@return whether writing is still accounted for: a file's handle checks the file when it is closed} */
    boolean writable() {
        return backing == null || !backing.closed;
    }

    /** Says that the part of a page was written. */
    void wrote(int page, int version) {
        versions[page] = version;
        loose[page] = false;
        torn[page] = false;
    }

    /** Says that pages have become zeros. */
    void cleared(int first, int count) {
        Arrays.fill(versions, first, first + count, 0);
        Arrays.fill(loose, first, first + count, false);
    }

    /** Proves the words of a page's part. */
    void prove(int page, long[] words, String by) {
        int version = versions[page];
        int at = Pattern.mismatch(words, words(), key(page), version);
        if (at < 0 || torn[page]) {
            return;
        }
        if (loose[page] && Pattern.zeros(words, words())) {
            cleared(page, 1);
            return;
        }
        throw new Mismatch(by + " read 0x" + Long.toHexString(words[at]) + " at 0x"
                + Long.toHexString(address(page) + (long) at * Long.BYTES) + ", should be 0x"
                + Long.toHexString(Pattern.word(key(page), version, at)) + "; word " + at + " of version " + version
                + (loose[page] ? " (advised free)" : "") + ", page " + page + " of " + pages() + ", part " + part
                + " of " + parts + " of region " + id + ", " + type + "; " + guess(page, words, version));
    }

    /** {@return what the words of a page's part are, if they are not the version that they should be} */
    String guess(int page, long[] words, int expected) {
        int right = 0;
        for (int i = 0; i < words(); i++) {
            right += words[i] == Pattern.word(key(page), expected, i) ? 1 : 0;
        }
        String whole = Pattern.zeros(words, words()) ? ", all are zero" : "";
        for (int version = Math.max(1, expected - 8); version < expected + 8; version++) {
            if (Pattern.mismatch(words, words(), key(page), version) < 0) {
                whole = ", it is all version " + version;
            }
        }
        return right + " of " + words() + " words are right" + whole;
    }
}
