package moraine.sim.profile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import moraine.core.api.model.Blame;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** The profiles that come with the simulation, and those in files of their own. */
public final class Profiles {
    private static final List<String> NAMES =
            List.of("gh200", "power9-v100-cdm", "cxl-type3", "knl-mcdram", "stacked-cxl");
    private static final String SUFFIX = ".yaml";

    private Profiles() {}

    public static List<String> names() {
        return NAMES;
    }

    /**
     * {@return the profile of that name, or the one in that file when it ends in {@code .yaml}}
     *
     * @throws MoraineException ENOENT when there is none, EINVAL when the file is wrong
     */
    public static MachineProfile load(String nameOrFile) {
        return load(nameOrFile, Map.of());
    }

    /**
     * {@return that profile with other figures}
     *
     * @param figures values with units by the names of {@link #figures}, or by such a name without the numbers of
     *     entries for all of them
     * @throws MoraineException ENOENT when there is no profile, EINVAL when the file or a figure is wrong
     */
    public static MachineProfile load(String nameOrFile, Map<String, String> figures) {
        return reader(nameOrFile, figures).read();
    }

    /** {@return the names of a profile's figures, such as {@code processors.1.fault}, and those for all entries} */
    public static List<String> figures(String nameOrFile) {
        return reader(nameOrFile, Map.of()).figures();
    }

    private static ProfileReader reader(String nameOrFile, Map<String, String> figures) {
        if (NAMES.contains(nameOrFile)) {
            return new ProfileReader(nameOrFile + SUFFIX, resource(nameOrFile + SUFFIX), figures);
        }
        if (nameOrFile.endsWith(SUFFIX)) {
            return new ProfileReader(nameOrFile, file(nameOrFile), figures);
        }
        throw MoraineException.caller(
                Errno.ENOENT,
                "no profile " + nameOrFile + "; there are " + String.join(", ", NAMES) + ", or name a .yaml file");
    }

    private static String file(String name) {
        try {
            return Files.readString(Path.of(name));
        } catch (IOException | InvalidPathException e) {
            throw new MoraineException(
                    Errno.ENOENT, Blame.CALLER, "profile file " + name + " cannot be read: " + why(name, e), e);
        }
    }

    private static String why(String name, Exception failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such file; check the path";
            case InvalidPathException _ -> "that is no path; name a file";
            case AccessDeniedException _ -> "it may not be read; change its permissions";
            case CharacterCodingException _ -> "it is not text in UTF-8; name a profile";
            default ->
                Files.isDirectory(Path.of(name))
                        ? "it is a folder; name the file of a profile in it"
                        : Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        };
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Profiles.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
