package moraine.testkit.hmm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.Machine;
import moraine.core.api.model.DeviceInfo;
import moraine.testkit.Invariants;

/** What a scenario works with: a machine of its own and processes on it. Closing it proves the invariants. */
public final class Rig implements AutoCloseable {
    static final int CPU = 0;

    /** What a scenario does with large pages and without. */
    @FunctionalInterface
    interface EitherSize {
        void run(Rig rig, boolean large);
    }

    private final Subject subject;
    private final Variant variant;
    private final Machine machine;
    private final List<String> devices;
    private final List<UserProcess> processes = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private final Consumer<String> notes;

    /**
     * @param largePages whether an aligned first touch makes a large page
     * @param notes takes lines for the report
     */
    Rig(Subject subject, Variant variant, boolean largePages, Consumer<String> notes) {
        this(subject, variant, subject.machine(variant, SuitePolicy.provider(variant, largePages)), notes);
    }

    private Rig(Subject subject, Variant variant, Machine machine, Consumer<String> notes) {
        this.subject = subject;
        this.variant = variant;
        this.machine = machine;
        this.notes = notes;
        this.devices = machine.devices().stream().map(DeviceInfo::name).toList();
        if (devices.size() != variant.devices()) {
            machine.close();
            throw new IllegalStateException(
                    "the machine has devices " + devices + ", the variant needs " + variant.devices());
        }
    }

    /** {@return the machine under test} */
    public Machine machine() {
        return machine;
    }

    /** {@return what devices it has} */
    public Variant variant() {
        return variant;
    }

    /** Leaves a line for the report. */
    public void note(String line) {
        notes.accept(line);
    }

    /** {@return a file of zeros that goes with the rig} */
    Path temporaryFile(long bytes) {
        try {
            Path file = Files.createTempFile("moraine-conformance", ".bin");
            files.add(file);
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a temporary file of " + bytes + " bytes", e);
        }
    }

    private void deleteFiles() {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + file, e);
            }
        }
    }

    /** Does something on another machine, on which aligned first touches make large pages. */
    void large(Scenario.Body body) {
        on(subject.machine(variant, SuitePolicy.provider(variant, true)), body);
    }

    /** Does something on another machine, with as much memory as there can be. */
    void largest(boolean largePages, Scenario.Body body) {
        on(subject.largest(variant, SuitePolicy.provider(variant, largePages)), body);
    }

    private void on(Machine another, Scenario.Body body) {
        try (Rig other = new Rig(subject, variant, another, notes)) {
            body.run(other);
        }
    }

    /** Does something without large pages here, and with them on another machine. */
    void both(EitherSize body) {
        body.run(this, false);
        large(other -> body.run(other, true));
    }

    /** {@return a new process} */
    UserProcess process() {
        return adopt(machine.openSpace("process" + processes.size()));
    }

    /** Takes a process in, to be closed with the rig unless it was before. */
    UserProcess adopt(AddressSpace space) {
        var process = new UserProcess(this, space);
        processes.add(process);
        return process;
    }

    Commands commands(UserProcess process, int device) {
        return new Commands(machine, machine.device(devices.get(device)), process);
    }

    /** Ends the processes, after the invariants were proven with them and before they are once more without. */
    @Override
    public void close() {
        try {
            Invariants.hold(machine.check());
            processes.forEach(UserProcess::close);
            Invariants.hold(machine.check());
        } finally {
            try {
                machine.close();
            } finally {
                deleteFiles();
            }
        }
    }
}
