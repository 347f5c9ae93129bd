package moraine.core.api.host;

import org.osgi.annotation.versioning.ProviderType;

/** A kernel that was queued. */
@ProviderType
public interface Launch {
    boolean done();

    /**
     * Waits for the kernel.
     *
     * @param timeoutNs on the machine's clock
     * @throws moraine.core.api.model.MoraineException ETIMEDOUT, or how the kernel failed: EFAULT for an access that no
     *     mapping allows, ENODEV when the device went away, EBADF when the space was closed
     */
    void await(long timeoutNs);
}
