package moraine.core.api.driver;

import moraine.core.api.model.Errno;
import org.osgi.annotation.versioning.ProviderType;

/** Told by a driver how a launch ended; exactly one call. */
@ProviderType
public interface Completion {
    void done();

    void failed(Errno errno, String message);
}
