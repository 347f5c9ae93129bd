package moraine.itest.container;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.osgi.framework.BundleContext;

/**
 * Starts the container of a {@link Container} class, hands it to test methods and runs {@link InContainer} ones in it.
 */
public final class ContainerExtension implements BeforeAllCallback, ParameterResolver, InvocationInterceptor {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ContainerExtension.class);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(20);

    @Override
    @SuppressWarnings("resource") // The store closes the container after the last test of the class.
    public void beforeAll(ExtensionContext context) {
        Container annotation = context.getRequiredTestClass().getAnnotation(Container.class);
        MoraineContainer container = MoraineContainer.start(List.of(annotation.value()));
        context.getStore(NAMESPACE).put(MoraineContainer.class, container);
        container.settle(SETTLE_LIMIT);
    }

    private static MoraineContainer container(ExtensionContext context) {
        return Objects.requireNonNull(
                context.getStore(NAMESPACE).get(MoraineContainer.class, MoraineContainer.class),
                "no container has been started for " + context.getDisplayName());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == MoraineContainer.class || type == BundleContext.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        MoraineContainer container = container(context);
        return parameter.getParameter().getType() == MoraineContainer.class ? container : container.context();
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        if (method.getExecutable().isAnnotationPresent(InContainer.class)) {
            invocation.skip();
            try (Probe probe = container(context).probe(context.getRequiredTestClass())) {
                probe.runTest(context.getRequiredTestClass(), method.getExecutable());
            }
        } else {
            invocation.proceed();
        }
    }
}
