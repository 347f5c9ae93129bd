package moraine.core.impl.plugins;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Loads one class and those nested in it anew, as a bundle's class loader would, everything else as usual. */
public final class PluginLoader extends ClassLoader {
    private final String name;

    private PluginLoader(Class<?> plugin) {
        super(plugin.getClassLoader());
        this.name = plugin.getName();
    }

    /** {@return an instance of the class, loaded by a loader of its own} */
    public static Object fresh(Class<?> plugin) throws ReflectiveOperationException {
        return new PluginLoader(plugin)
                .loadClass(plugin.getName())
                .getDeclaredConstructor()
                .newInstance();
    }

    @Override
    protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
        if (!wanted.startsWith(name)) {
            return super.loadClass(wanted, resolve);
        }
        Class<?> loaded = findLoadedClass(wanted);
        return loaded == null ? define(wanted) : loaded;
    }

    private Class<?> define(String wanted) throws ClassNotFoundException {
        String file = wanted.replace('.', '/') + ".class";
        try (InputStream in = Objects.requireNonNull(getParent().getResourceAsStream(file))) {
            byte[] bytes = in.readAllBytes();
            return defineClass(wanted, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(wanted, e);
        }
    }
}
