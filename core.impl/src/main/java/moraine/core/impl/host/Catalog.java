package moraine.core.impl.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.Nearest;

/**
 * The providers of one kind, best first. Filled by Declarative Services, or by hand.
 *
 * @param <P> their interface
 */
public final class Catalog<P> {
    /**
     * Told of changes, on the thread that makes them.
     *
     * @param <P> the providers' interface
     */
    public interface Listener<P> {
        void came(Offer<P> offer);

        /** The offer is no longer listed; what runs from it has to end before this returns. */
        void gone(Offer<P> offer);
    }

    private final String kind;
    private final List<Listener<P>> listeners = new CopyOnWriteArrayList<>();
    private volatile List<Offer<P>> offers = List.of();
    private long added;

    Catalog(String kind) {
        this.kind = kind;
    }

    /**
     * Adds a provider.
     *
     * @param name family of its instances
     * @param bundle symbolic name and version
     * @param ranking higher is preferred; among equals the first added is
     */
    public void add(String name, P provider, String bundle, int ranking) {
        Offer<P> offer;
        synchronized (this) {
            offer = new Offer<>(name, provider, bundle, ranking, added++);
            List<Offer<P>> more = new ArrayList<>(offers);
            more.add(offer);
            more.sort(
                    Comparator.<Offer<P>>comparingInt(Offer::ranking).reversed().thenComparingLong(Offer::order));
            offers = List.copyOf(more);
        }
        listeners.forEach(listener -> listener.came(offer));
    }

    /** Removes a provider, compared by identity; returns when nothing runs from it any more. */
    @SuppressWarnings("ReferenceEquality") // an equal provider of another bundle is another
    public void remove(P provider) {
        Offer<P> gone;
        synchronized (this) {
            gone = offers.stream()
                    .filter(offer -> offer.provider() == provider)
                    .findFirst()
                    .orElse(null);
            offers = offers.stream().filter(offer -> offer != gone).toList();
        }
        if (gone != null) {
            listeners.forEach(listener -> listener.gone(gone));
        }
    }

    /** {@return what is there, best first} */
    public List<Offer<P>> offers() {
        return offers;
    }

    /** {@return whether the offer is still there} */
    public boolean has(Offer<P> offer) {
        return offers.stream().anyMatch(other -> other == offer);
    }

    /**
     * {@return the best provider of that name}
     *
     * @throws MoraineException ENOENT with the nearest name
     */
    public Offer<P> find(String name) {
        Optional<Offer<P>> found =
                offers.stream().filter(offer -> offer.name().equals(name)).findFirst();
        return found.orElseThrow(() -> MoraineException.caller(
                Errno.ENOENT, "no " + kind + " is named " + name + Nearest.hint(name, names())));
    }

    List<String> names() {
        return offers.stream().map(Offer::name).distinct().sorted().toList();
    }

    public void listen(Listener<P> listener) {
        listeners.add(listener);
    }

    public void ignore(Listener<P> listener) {
        listeners.remove(listener);
    }
}
