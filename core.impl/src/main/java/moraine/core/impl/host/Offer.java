package moraine.core.impl.host;

/**
 * A plug-in provider that is there to be used. Two offers are never equal: withdrawal compares identity.
 *
 * @param <P> its interface
 */
public final class Offer<P> {
    private final String name;
    private final P provider;
    private final String bundle;
    private final int ranking;
    private final long order;

    /**
     * @param name family of its instances
     * @param bundle symbolic name and version of the bundle that brought it
     * @param ranking higher is preferred
     * @param order lower is preferred among equal rankings
     */
    Offer(String name, P provider, String bundle, int ranking, long order) {
        this.name = name;
        this.provider = provider;
        this.bundle = bundle;
        this.ranking = ranking;
        this.order = order;
    }

    public String name() {
        return name;
    }

    public P provider() {
        return provider;
    }

    public String bundle() {
        return bundle;
    }

    int ranking() {
        return ranking;
    }

    long order() {
        return order;
    }

    @Override
    public String toString() {
        return name + " of " + bundle;
    }
}
