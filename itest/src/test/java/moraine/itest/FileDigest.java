package moraine.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A program of its own: reads a file as any other process does, and prints its length and SHA-256. */
public final class FileDigest {
    private FileDigest() {}

    /**
     * Prints what the file holds.
     *
     * @param arguments a path
     */
    public static void main(String[] arguments) throws IOException {
        System.out.println(of(Files.readAllBytes(Path.of(arguments[0]))));
    }

    /** {@return length and SHA-256 of bytes} */
    public static String of(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return bytes.length + " " + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
