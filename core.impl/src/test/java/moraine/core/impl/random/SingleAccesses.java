package moraine.core.impl.random;

import java.util.random.RandomGenerator;
import moraine.core.api.host.Device;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Errno;
import moraine.core.api.model.Intent;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Pages;
import moraine.core.api.model.Protection;

/** Accesses of a single actor by CPU and devices, each compared with the model. */
final class SingleAccesses {
    private static final long TIMEOUT_NS = 1_000_000_000_000L;

    private final Machine machine;
    private final RandomGenerator random;
    private long last;

    SingleAccesses(Machine machine, RandomGenerator random) {
        this.machine = machine;
        this.random = random;
    }

    /** {@return a value that was never written} */
    private long next() {
        return ++last;
    }

    private long anyWord(Side side) {
        long page = random.nextInt(30) == 0 ? 0x7000_0000_0000L : side.model().anyPage(random);
        return page + 8L * (random.nextBoolean() ? random.nextInt(512) : random.nextInt(2) * 511);
    }

    void read(Side side) {
        long at = anyWord(side);
        long[] word = new long[1];
        boolean done = Agreement.does(Errno.EFAULT, () -> word[0] = side.cpu().getLong(at));
        side.note("read", at, word[0]);
        Agreement.same(done, side.model().protection(at) != Protection.NONE, "read", at);
        if (done) {
            Agreement.same(word[0], side.model().word(at), at);
        }
    }

    void write(Side side) {
        long at = anyWord(side);
        long value = next();
        boolean done = Agreement.does(Errno.EFAULT, () -> side.cpu().putLong(at, value));
        side.note("write " + done, at, value);
        Agreement.same(done, side.model().protection(at) == Protection.READ_WRITE, "write", at);
        if (done) {
            side.model().word(at, value);
        }
    }

    void touch(Side side) {
        long at = Pages.floor(anyWord(side));
        Intent intent = random.nextBoolean() ? Intent.READ : Intent.WRITE;
        boolean done = Agreement.does(Errno.EFAULT, () -> side.cpu().touch(at, Pages.SIZE, intent));
        side.note("touch " + intent, at, done ? 1 : 0);
        Agreement.same(done, side.model().protection(at).allows(intent), "touch", at);
    }

    /** Gives pages to a device alone; the first that cannot be had so ends it. */
    void exclusive(Side side, int most) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int count = side.model().run(at, most);
        Errno wanted = Errno.OK;
        for (int i = 0; i < count && wanted == Errno.OK; i++) {
            long page = at + (long) i * Pages.SIZE;
            wanted = switch (side.model().protection(page)) {
                case NONE -> Errno.EFAULT;
                case READ -> Errno.EPERM;
                case READ_WRITE -> side.model().shared(page) ? Errno.EOPNOTSUPP : Errno.OK;
            };
        }
        int node = 1 + random.nextInt(Bench.DEVICES);
        Device device = machine.device(Bench.device(node));
        boolean done = Agreement.does(wanted, () -> device.exclusive(side.space(), at, (long) count * Pages.SIZE));
        side.note("exclusive to " + node + " " + wanted, at, count);
        Agreement.same(done, wanted == Errno.OK, "exclusive", at);
    }

    /** A kernel of one block that reads and writes words around an address until a page refuses. */
    void launch(Side side) {
        long at = side.model().anyPage(random);
        if (at == 0) {
            return;
        }
        int node = 1 + random.nextInt(Bench.DEVICES);
        var kernel = new Script(side.model(), at, random, this::next);
        side.note("launch on " + node, at, kernel.size());
        boolean done = true;
        try {
            machine.device(Bench.device(node)).launch(side.space(), kernel).await(TIMEOUT_NS);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT && e.errno() != Errno.EPERM) {
                throw e;
            }
            done = false;
        }
        kernel.prove();
        Agreement.same(done, kernel.allowed(), "kernel", at);
    }
}
