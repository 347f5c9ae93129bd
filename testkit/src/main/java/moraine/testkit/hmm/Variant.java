package moraine.testkit.hmm;

import java.util.EnumSet;
import java.util.Set;

/** What devices a scenario meets. */
public enum Variant {
    /** A device whose memory CPUs cannot address. */
    PRIVATE("private", 1, false),
    /** A device whose memory CPUs address coherently, kept off the LRU and out of every zonelist but its own. */
    COHERENT("coherent", 1, true),
    /** Two devices of different owners, each as in {@link #PRIVATE}. */
    PRIVATE_PAIR("private pair", 2, false),
    /** Two devices of different owners, each as in {@link #COHERENT}. */
    COHERENT_PAIR("coherent pair", 2, true);

    static final Set<Variant> SINGLES = EnumSet.of(PRIVATE, COHERENT);
    static final Set<Variant> PAIRS = EnumSet.of(PRIVATE_PAIR, COHERENT_PAIR);

    private final String text;
    private final int devices;
    private final boolean coherent;

    Variant(String text, int devices, boolean coherent) {
        this.text = text;
        this.devices = devices;
        this.coherent = coherent;
    }

    /** {@return the name in reports} */
    public String text() {
        return text;
    }

    /** {@return how many devices the machine has} */
    public int devices() {
        return devices;
    }

    /** {@return whether CPUs address the devices' memory} */
    public boolean coherent() {
        return coherent;
    }
}
