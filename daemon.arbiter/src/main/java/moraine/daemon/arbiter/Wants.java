package moraine.daemon.arbiter;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What tenants did not get of one node: pages by tenant, until they are made room for or nobody asks any more. */
final class Wants {
    private final long least;
    private final long memoryNs;
    private final Map<Integer, Want> byTenant = new TreeMap<>();

    /**
     * A tenant's want. A page that was made elsewhere is counted once; one that was refused is tried again and again.
     *
     * @param elsewhere pages made elsewhere
     * @param refused how often a page was refused
     * @param sinceNs when it last did not get what it wanted
     */
    private record Want(long elsewhere, long refused, long sinceNs) {
        long pages(long mostRefused) {
            return Math.max(elsewhere, Math.min(refused, mostRefused));
        }
    }

    /**
     * Makes an empty memory.
     *
     * @param least pages from which on a tenant starves
     * @param memoryNs for which a want is remembered
     */
    Wants(long least, long memoryNs) {
        this.least = least;
        this.memoryNs = memoryNs;
    }

    /** Notes what a tenant did not get: pages made elsewhere, and pages refused. */
    void add(int tenant, long elsewhere, long refused, long nowNs) {
        Want before = byTenant.getOrDefault(tenant, new Want(0, 0, nowNs));
        byTenant.put(tenant, new Want(before.elsewhere + elsewhere, before.refused + refused, nowNs));
    }

    /** Forgets who has not asked for long. @return whether somebody starves */
    boolean any(long nowNs) {
        byTenant.values().removeIf(want -> nowNs - want.sinceNs > memoryNs);
        return byTenant.values().stream().anyMatch(this::starves);
    }

    boolean starves(int tenant) {
        Want want = byTenant.get(tenant);
        return want != null && starves(want);
    }

    private boolean starves(Want want) {
        return want.pages(Long.MAX_VALUE) >= least;
    }

    /**
     * {@return pages that those lack who starve}
     *
     * @param mostRefused of pages that were refused, of which nobody knows how many there are, so many at most
     */
    long pages(long mostRefused) {
        return byTenant.values().stream()
                .filter(this::starves)
                .mapToLong(want -> want.pages(mostRefused))
                .sum();
    }

    /** Forgets those who starve, for room was made. @return who they are */
    List<Integer> served() {
        List<Integer> served = byTenant.entrySet().stream()
                .filter(entry -> starves(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        served.forEach(byTenant::remove);
        return served;
    }
}
