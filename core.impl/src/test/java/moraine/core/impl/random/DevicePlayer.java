package moraine.core.impl.random;

import java.util.random.RandomGenerator;
import moraine.core.api.host.Device;
import moraine.core.api.host.Launch;
import moraine.core.api.host.Machine;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** Launches kernels on one device, one after another. */
final class DevicePlayer implements Player {
    private static final long TIMEOUT_NS = 60_000_000_000L;

    private final Machine machine;
    private final Arena arena;
    private final Device device;
    private final int actor;
    private final int actors;
    private final RandomGenerator random;
    /** Kernels that met a mapping that was going or restricted. */
    int refused;

    DevicePlayer(Machine machine, Arena arena, String device, int actor, int actors, RandomGenerator random) {
        this.machine = machine;
        this.arena = arena;
        this.device = machine.device(device);
        this.actor = actor;
        this.actors = actors;
        this.random = random;
    }

    @Override
    public int operate() {
        Region region = arena.any(random);
        var kernel = new WordKernel(region, actor, actors, 1 + random.nextInt(48), random.nextLong());
        int before = region.restrictions.get();
        Launch launch = device.launch(arena.space, kernel);
        try {
            launch.await(TIMEOUT_NS);
        } catch (MoraineException e) {
            if (e.errno() != Errno.EFAULT && e.errno() != Errno.EPERM || !region.mayRefuse(before)) {
                throw e;
            }
            refused++;
        } finally {
            kernel.cancel();
            machine.environment().actors().await(kernel::quiet, TIMEOUT_NS);
        }
        Throwable wrong = kernel.wrong.get();
        if (wrong != null) {
            throw new AssertionError("on " + device.info().name() + ": " + wrong.getMessage(), wrong);
        }
        return kernel.operations();
    }

    @Override
    public void exact() {}

    @Override
    public void close() {}
}
