package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.itest.container.Container;
import moraine.itest.container.InContainer;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Tests that fail in a container, run by {@link CanaryIT} alone. */
@Container({"base", "compare"})
public final class PlantedFailures {
    @Test
    @InContainer
    public void inTheBundle(BundleContext context) {
        assertThat(FrameworkUtil.getBundle(PlantedFailures.class).getSymbolicName())
                .isEqualTo("planted");
    }

    @Test
    @InContainer
    public void throwsInTheBundle() {
        throw new IllegalStateException("planted in " + FrameworkUtil.getBundle(PlantedFailures.class));
    }

    @Test
    void outside() {
        assertThat(FrameworkUtil.getBundle(PlantedFailures.class)).as("planted").isNotNull();
    }

    @Test
    @InContainer
    public void passes() {
        assertThat(FrameworkUtil.getBundle(PlantedFailures.class)).isNotNull();
    }

    /** A container that never starts: no feature has this name. */
    @Container("planted-feature")
    public static final class WithoutFeature {
        @Test
        @InContainer
        public void isNeverReached() {}
    }
}
