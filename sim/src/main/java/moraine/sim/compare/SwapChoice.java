package moraine.sim.compare;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.SwapSpec;
import moraine.sim.Fact;

/**
 * Swap as people write it: {@code 64MiB} or {@code 50%} of the footprint, after the name of a folder or a node and a
 * colon. Machines share no file, so each makes one of its own in that folder.
 *
 * @param folder for files, empty for that of temporary ones
 * @param node whose memory is taken, -1 for none
 * @param size as written, empty for no swap
 */
record SwapChoice(String folder, int node, String size) {
    private static final Pattern NODE = Pattern.compile("node ?(\\d{1,9})");
    private static final String PREFIX = "moraine-swap-";
    private static final String FORM =
            "; write 64MiB, or 50% of the footprint, after FOLDER: for a file there or node0: for memory of that node";

    /** {@return what the text says} */
    static SwapChoice of(String text) {
        if (text.isEmpty()) {
            return new SwapChoice("", -1, "");
        }
        int colon = text.lastIndexOf(':');
        String place = colon < 0 ? "" : text.substring(0, colon).strip();
        String size = text.substring(colon + 1).strip();
        if (size.isEmpty() || colon >= 0 && place.isEmpty()) {
            throw bad("swap \"" + text + "\" lacks its " + (size.isEmpty() ? "size" : "folder or node") + FORM);
        }
        Sizes.bytes(Sizes.Kind.SWAP, size, Pages.SIZE);
        Matcher node = NODE.matcher(place);
        if (node.matches()) {
            return new SwapChoice("", Integer.parseInt(node.group(1)), size);
        }
        if (!place.isEmpty()) {
            requireFolder(place);
        }
        return new SwapChoice(place, -1, size);
    }

    private static void requireFolder(String folder) {
        try {
            Path path = Path.of(folder);
            if (!Files.isDirectory(path)) {
                throw bad("swap folder " + folder + " " + (Files.exists(path) ? "is no folder" : "does not exist")
                        + FORM);
            }
            vacant(folder);
        } catch (InvalidPathException e) {
            throw bad("swap folder " + folder + " is no path: " + e.getReason() + FORM);
        } catch (IOException e) {
            throw bad("swap folder " + folder + " takes no file: " + reason(e) + FORM);
        }
    }

    /** {@return a name that no file in the folder has; it took one a moment ago} */
    private static Path vacant(String folder) throws IOException {
        Path made =
                folder.isEmpty() ? Files.createTempFile(PREFIX, "") : Files.createTempFile(Path.of(folder), PREFIX, "");
        Files.delete(made);
        return made;
    }

    /** {@return what the system said; for some of its errors Java has a class in place of a text} */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static MoraineException bad(String message) {
        return MoraineException.caller(Errno.EINVAL, message);
    }

    boolean some() {
        return !size.isEmpty();
    }

    /** {@return the least swap of that kind, which shows whether the machine has such a node; files need no sample} */
    SwapSpec sample() {
        return node < 0 ? SwapSpec.NONE : SwapSpec.node(node, Pages.SIZE);
    }

    private long bytes(long footprint) {
        return Math.max(Pages.SIZE, Pages.ceil(Sizes.bytes(Sizes.Kind.SWAP, size, footprint)));
    }

    List<Fact> facts(long footprint) {
        if (!some()) {
            return List.of();
        }
        long bytes = bytes(footprint);
        String where = node >= 0
                ? "taken from node " + node
                : "in a file in " + (folder.isEmpty() ? "the folder of temporary files" : folder);
        return List.of(new Fact(
                "swap",
                String.format(
                        Locale.ROOT,
                        "%s (%,d pages, %.0f %% of the footprint) %s",
                        Sizes.text(bytes),
                        bytes / Pages.SIZE,
                        100.0 * bytes / footprint,
                        where)));
    }

    /** {@return a place for one machine's pages} The machine makes the file, of a name that nobody else has. */
    SwapSpec place(long footprint) {
        if (!some()) {
            return SwapSpec.NONE;
        }
        if (node >= 0) {
            return SwapSpec.node(node, bytes(footprint));
        }
        try {
            return SwapSpec.file(vacant(folder), bytes(footprint));
        } catch (IOException e) {
            throw new MoraineException(
                    Errno.EIO,
                    Blame.RESOURCES,
                    "cannot make a file for swap in " + (folder.isEmpty() ? "the folder of temporary files" : folder)
                            + ": " + reason(e) + "; name another folder",
                    e);
        }
    }
}
