package moraine.testkit.cdm;

import static moraine.testkit.cdm.TwoDevices.C;
import static moraine.testkit.cdm.TwoDevices.FAR;
import static moraine.testkit.cdm.TwoDevices.LOCAL;
import static moraine.testkit.cdm.TwoDevices.OTHER_C;
import static moraine.testkit.cdm.TwoDevices.PAGES;

import java.util.Arrays;
import java.util.function.Function;
import moraine.core.api.host.Mappable;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import moraine.core.api.model.MapRequest;
import moraine.core.api.model.MemoryPolicy;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.Pages;

/**
 * Somebody who may or may not get a page of a device: c is the device asked for, near the CPU that touches. Each is
 * asked on a machine of its own, and answers with the nodes where its pages came to be and, where it ended with one, an
 * errno.
 */
@SuppressWarnings("ImmutableEnumChecker") // the bodies have no state
public enum Requester {
    BUFFER("a page that cannot move: a driver's buffer", Requester::buffer),
    DEFAULT("a fault under the default policy", on -> on.touch(on.map(8), 8)),
    EXHAUSTED("faults when local RAM is exhausted", on -> on.touch(on.map(4 * PAGES), 4 * PAGES)),
    BIND("BIND {c}", on -> bound(on, 8, C)),
    BIND_FAR("BIND {c, far RAM}, more than c has", on -> bound(on, PAGES + 8, C, FAR)),
    BIND_LOCAL("BIND {local RAM, c}, more than RAM has", on -> bound(on, PAGES + 8, LOCAL, C)),
    BIND_BOTH("BIND {c, other c}, more than c has", on -> bound(on, PAGES + 8, C, OTHER_C)),
    BIND_FULL("BIND {c}, more than c has", on -> bound(on, PAGES + 8, C)),
    PREFER("PREFERRED c, more than c has", on -> policy(on, PAGES + 8, MemoryPolicy.preferred(C))),
    INTERLEAVE("INTERLEAVE {local RAM, c}", on -> policy(on, 8, MemoryPolicy.interleave(LOCAL, C))),
    DRIVER("a driver's migration, which names c", Requester::driver),
    CONFINED("a task whose nodes leave out c, BIND {c}", on -> bound(on, 8, C)),
    LARGE_ONLY("a mapping of large pages only, BIND {c}", Requester::largeOnly),
    MOVE_PAGES("move_pages to c", Requester::movePages),
    MIGRATE_PAGES("migrate_pages to c", Requester::migratePages),
    MIGRATE("an application's migration of a range to c", Requester::migrate),
    HINT_FAULTS("auto-NUMA hint faults", on -> has(on, Attribute.HINT_FAULTABLE)),
    MERGING("merging of equal pages", on -> has(on, Attribute.MERGEABLE));

    private final String text;
    private final Function<TwoDevices, String> body;

    Requester(String text, Function<TwoDevices, String> body) {
        this.text = text;
        this.body = body;
    }

    /** {@return the requester of that description} */
    public static Requester of(String text) {
        return Arrays.stream(values())
                .filter(requester -> requester.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no requester is described as '" + text + "'"));
    }

    /** {@return who it is, for people} */
    public String text() {
        return text;
    }

    /** {@return nodes that its tenant may use; none for all} */
    public int[] allowed() {
        return this == CONFINED ? new int[] {LOCAL, FAR} : new int[0];
    }

    /** {@return what it gets} */
    public String ask(TwoDevices on) {
        return body.apply(on);
    }

    private static String bound(TwoDevices on, int pages, int... nodes) {
        return policy(on, pages, MemoryPolicy.bind(nodes));
    }

    private static String policy(TwoDevices on, int pages, MemoryPolicy policy) {
        long at = on.map(pages);
        String refusal = TwoDevices.errno(() -> on.space().mbind(at, (long) pages * Pages.SIZE, policy));
        return refusal.isEmpty() ? on.touch(at, pages) : refusal;
    }

    private static String buffer(TwoDevices on) {
        Mappable buffer = on.machine().device("gpu" + C).buffer(8 * Pages.SIZE);
        long at = on.space().mmap(MapRequest.anonymous(8 * Pages.SIZE).shared(), buffer, 0);
        return on.where(at, 8);
    }

    private static String driver(TwoDevices on) {
        long at = touched(on);
        on.machine().device("gpu" + C).migrateToDevice(on.space(), at, 8 * Pages.SIZE);
        return on.where(at, 8);
    }

    private static long touched(TwoDevices on) {
        long at = on.map(8);
        on.touch(at, 8);
        return at;
    }

    private static String largeOnly(TwoDevices on) {
        long at = on.space().mmap(MapRequest.anonymous(Pages.LARGE_SIZE).largePages());
        String refusal = TwoDevices.errno(() -> on.space().mbind(at, Pages.LARGE_SIZE, MemoryPolicy.bind(C)));
        return refusal.isEmpty() ? on.touch(at, 1).strip() : refusal;
    }

    private static String movePages(TwoDevices on) {
        long at = touched(on);
        String refusal = TwoDevices.errno(() -> on.space().movePages(new long[] {at}, new int[] {C}, false));
        return refusal.isEmpty() ? on.where(at, 1) : refusal;
    }

    private static String migratePages(TwoDevices on) {
        long at = touched(on);
        String refusal = TwoDevices.errno(() -> on.space().migratePages(NodeSet.of(LOCAL), NodeSet.of(C), false));
        return refusal.isEmpty() ? on.where(at, 8) : refusal;
    }

    private static String migrate(TwoDevices on) {
        long at = touched(on);
        String refusal = TwoDevices.errno(() -> on.space().migrate(at, 8 * Pages.SIZE, C, Cause.USER));
        return refusal.isEmpty() ? on.where(at, 8) : refusal;
    }

    private static String has(TwoDevices on, Attribute attribute) {
        return on.machine().nodes().stream()
                .filter(node -> node.id() == C)
                .map(node -> node.type().has(attribute) ? "yes" : "no")
                .findFirst()
                .orElseThrow();
    }
}
