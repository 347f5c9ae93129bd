package moraine.itest.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a container with features of the launcher, started and settled before its first test and stopped
 * after its last.
 *
 * <p>Test methods run outside, where parameterized tests and everything else of Jupiter work; they see the container
 * through a parameter of type {@link MoraineContainer} and JDK types, for Moraine's own types are not the ones that the
 * bundles use. A method with {@link InContainer} runs in a bundle.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ContainerExtension.class)
public @interface Container {
    /** {@return the features to compose} */
    String[] value() default {"base", "compare"};
}
