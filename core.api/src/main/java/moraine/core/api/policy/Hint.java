package moraine.core.api.policy;

import moraine.core.api.model.Advice;
import org.osgi.annotation.versioning.ProviderType;

/** Advice of an application on a range of its memory, before it takes effect. Valid during the callback only. */
@ProviderType
public interface Hint {
    int space();

    /** {@return first byte, a multiple of the page size} */
    long address();

    /** {@return whole pages, in bytes} */
    long bytes();

    Advice advice();

    /** Lets the advice have no effect; counter {@code hints.refused} counts it. */
    void refuse();
}
