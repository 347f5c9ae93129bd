package moraine.itest.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a test method of a {@link Container} class in a bundle, where Moraine's types are those of its bundles.
 *
 * <p>The class and the method are public, the method takes a {@code BundleContext} or nothing, and the instance is one
 * that the bundle makes: fields that a callback outside has set are not set in it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface InContainer {}
