package moraine.itest;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import moraine.core.api.host.CachedFile;
import moraine.core.api.host.MachineFactory;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.Pages;
import moraine.testkit.AddOne;
import moraine.testkit.cdm.TwoDevices;
import org.osgi.framework.BundleContext;

/**
 * Maps a file, moves it to a device, has CPU and device write it, syncs, and lets another process read it; each time
 * while the file is still open and mapped here.
 *
 * <p>Takes {@code policy}, {@code folder}, and {@code classpath} of {@link FileDigest}. Answers {@code moved} (pages on
 * a device), {@code fetched} (the same at the end), {@code bounced} and {@code violations}, and for each of the times
 * {@code first}, {@code device}, {@code both} and {@code home} whether the other process found what was written
 * ({@code equal} or the two digests).
 */
public final class SharedFileRun implements BiFunction<BundleContext, Map<String, String>, Map<String, String>> {
    private static final int PAGES = 64;
    private static final int HALF = PAGES / 2;
    private static final long LENGTH = (long) PAGES * Pages.SIZE;
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final long[] words = new long[(int) (LENGTH / Long.BYTES)];

    @Override
    public Map<String, String> apply(BundleContext context, Map<String, String> order) {
        MachineFactory machines =
                context.getService(Objects.requireNonNull(context.getServiceReference(MachineFactory.class)));
        try (var on = new TwoDevices(machines, "gpu", Objects.requireNonNull(order.get("policy")))) {
            return play(on, order);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> play(TwoDevices on, Map<String, String> order)
            throws IOException, InterruptedException {
        Map<String, String> answer = new TreeMap<>();
        Path path = Files.createTempFile(Path.of(Objects.requireNonNull(order.get("folder"))), "shared", ".bin");
        Files.write(path, new byte[(int) LENGTH]);
        try (CachedFile file = on.machine().openFile(path, true)) {
            long at = on.space().mmap(MapRequest.anonymous(LENGTH).shared(), file, 0);
            for (int word = 0; word < words.length; word++) {
                write(on, at, word, 0x9E3779B97F4A7C15L * word);
            }
            answer.put("first", compare(file, order));

            on.device(C).migrateToDevice(on.space(), at, LENGTH);
            answer.put("moved", "" + on.count(at, PAGES, C));
            kernel(on, C, at, 0, PAGES);
            answer.put("device", compare(file, order));

            kernel(on, OTHER_C, at, HALF, PAGES);
            for (int page = 0; page < PAGES; page++) {
                write(on, at, page * (Pages.SIZE / Long.BYTES) + 1, page);
            }
            answer.put("both", compare(file, order));

            on.device(C).migrateToSystem(on.space(), at, LENGTH);
            kernel(on, C, at, 0, HALF);
            write(on, at, words.length - 1, 4711);
            answer.put("home", compare(file, order));
            answer.put("fetched", "" + (on.count(at, PAGES, C) + on.count(at, PAGES, OTHER_C)));
        }
        answer.put("bounced", "" + on.machine().counter("file.bounced.pages"));
        answer.put("violations", on.machine().check().toString());
        return answer;
    }

    private void write(TwoDevices on, long at, int word, long value) {
        on.cpu().putLong(at + (long) word * Long.BYTES, value);
        words[word] = value;
    }

    /** Has a device add one to the first word of some pages. */
    private void kernel(TwoDevices on, int device, long at, int first, int end) {
        on.device(device)
                .launch(on.space(), new AddOne(at + (long) first * Pages.SIZE, end - first))
                .await(TIMEOUT_NS);
        for (int page = first; page < end; page++) {
            words[page * (Pages.SIZE / Long.BYTES)]++;
        }
    }

    private String compare(CachedFile file, Map<String, String> order) throws IOException, InterruptedException {
        file.sync();
        var bytes = ByteBuffer.allocate((int) LENGTH).order(ByteOrder.nativeOrder());
        Arrays.stream(words).forEach(bytes::putLong);
        String wanted = FileDigest.of(bytes.array());
        String found = inAnotherProcess(file.path(), order);
        return wanted.equals(found) ? "equal" : found + " instead of " + wanted;
    }

    private static String inAnotherProcess(Path path, Map<String, String> order)
            throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = List.of(
                java.toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Objects.requireNonNull(order.get("classpath")),
                FileDigest.class.getName(),
                path.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return "no end within a minute: " + answer;
        }
        return process.exitValue() == 0 ? answer : "status " + process.exitValue() + ": " + answer;
    }
}
