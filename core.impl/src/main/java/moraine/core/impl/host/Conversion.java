package moraine.core.impl.host;

import java.util.concurrent.atomic.LongAdder;
import moraine.core.api.model.Event;
import moraine.core.api.time.Actor;
import moraine.core.api.time.Environment;
import moraine.core.api.time.Step;
import moraine.core.impl.allocator.Allocator;
import moraine.core.impl.allocator.Worker;
import moraine.core.impl.events.Events;
import moraine.core.impl.frames.Frames;
import moraine.core.impl.tuning.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * Gives every page in use the memory type that the regime in force wants of its node: one actor walks the frames in
 * passes, a budget a step, until a pass finds nothing of a former type, or only pages that cannot be converted now. It
 * may start over at any time, so a new regime just makes it begin again.
 */
final class Conversion {
    private static final long LONGEST_STEP_NS = 1_000_000_000;

    private final Environment environment;
    private final Tuning tuning;
    private final Frames frames;
    private final Allocator allocator;
    private final Regimes regimes;
    private final Events events;
    private final Converter converter;
    private final LongAdder convertedPages;
    private final LongAdder migratedPages;
    private final Actor actor;
    private @Nullable Worker worker;

    private volatile long wantedEpoch;
    private volatile long settledEpoch;
    private volatile @Nullable Tally tally;

    /** What the pass under way counts for: set before its epoch is announced. */
    private @Nullable Tally counted;

    /** Since when the types have been those for which no page of a former type was left. */
    private long cleanTypesEpoch;

    private long epoch;
    private long typesEpoch;
    private int section;
    private int offset;
    private long passConverted;
    private long passMigrated;
    private long passKept;
    private int fruitless;

    Conversion(HostBase base, Converter converter) {
        this.environment = base.environment();
        this.tuning = base.tuning();
        this.frames = base.frames();
        this.allocator = base.allocator();
        this.regimes = base.regimes();
        this.events = base.events();
        this.converter = converter;
        this.convertedPages = base.counters()
                .counter("policy.converted", "pages", "Pages that changed representation with no byte copied");
        this.migratedPages = base.counters()
                .counter(
                        "policy.converted.moved",
                        "pages",
                        "Pages that moved because the new representation cannot hold them");
        this.actor = environment.actors().start("moraine-convert", base.homeNode(), this::step);
    }

    /** Starts over for the regime in force; what is found is counted for this exchange. */
    void begin(Tally forWhom) {
        tally = forWhom;
        wantedEpoch = regimes.current().epoch();
        actor.wake();
    }

    boolean settled() {
        return settledEpoch >= wantedEpoch || actor.done();
    }

    /** {@return pages in use that would not be converted in place} */
    long notInPlace(Regime next) {
        long pages = 0;
        for (int s = 0; s < frames.sections(); s++) {
            long first = frames.firstPfn(s);
            int end = frames.created(s) ? frames.pages(s) : 0;
            for (int i = 0; i < end; ) {
                int order = inUse(first + i) ? frames.order(first + i) : 0;
                if (former(first + i, next) && !converter.inPlace(first + i, next)) {
                    pages += 1L << order;
                }
                i += 1 << order;
            }
        }
        return pages;
    }

    private boolean inUse(long pfn) {
        return !frames.flag(pfn, Frames.FREE | Frames.CACHED | Frames.OFFLINE)
                && frames.refs(pfn) > 0
                && !frames.isTail(pfn);
    }

    private boolean former(long pfn, Regime now) {
        return inUse(pfn) && frames.type(pfn) != now.typeOfNode(frames.node(pfn));
    }

    private Step.Progress step(Actor self) {
        long announced = wantedEpoch;
        Regime now = regimes.current();
        if (now.epoch() > announced) {
            return Step.Progress.IDLE;
        }
        if (now.epoch() != epoch) {
            epoch = now.epoch();
            counted = tally;
            fruitless = 0;
            startPass();
            typesEpoch = now.typesEpoch();
            if (typesEpoch == cleanTypesEpoch) {
                settle(0);
            }
        }
        if (settledEpoch >= epoch) {
            return Step.Progress.IDLE;
        }
        if (scan(now)) {
            return Step.Progress.MORE;
        }
        return passEnded(self);
    }

    private void startPass() {
        section = 0;
        offset = 0;
        passConverted = 0;
        passMigrated = 0;
        passKept = 0;
    }

    /** Goes on for a budget. @return whether the pass has more frames */
    private boolean scan(Regime now) {
        int scanned = 0;
        int touched = 0;
        while (section < frames.sections()) {
            if (!frames.created(section) || offset >= frames.pages(section)) {
                section++;
                offset = 0;
                continue;
            }
            if (scanned >= tuning.convertFrames || touched >= tuning.convertPages) {
                return true;
            }
            long pfn = frames.firstPfn(section) + offset;
            int order = inUse(pfn) ? frames.order(pfn) : 0;
            if (former(pfn, now)) {
                touched += convert(pfn, 1 << order, now);
            }
            scanned++;
            offset += 1 << order;
        }
        return false;
    }

    private int convert(long pfn, int pages, Regime now) {
        Worker mine = worker;
        if (mine == null) {
            mine = allocator.worker();
            worker = mine;
        }
        switch (converter.convert(mine, pfn, now)) {
            case Converter.CONVERTED -> {
                passConverted += pages;
                convertedPages.add(pages);
                count(pages, 0);
            }
            case Converter.MIGRATED -> {
                passMigrated += pages;
                migratedPages.add(pages);
                count(0, pages);
            }
            case Converter.KEPT -> passKept += pages;
            default -> {}
        }
        return pages;
    }

    private void count(long converted, long migrated) {
        Tally mine = counted;
        if (mine != null) {
            mine.add(converted, migrated);
        }
    }

    private Step.Progress passEnded(Actor self) {
        long done = passConverted + passMigrated;
        long kept = passKept;
        fruitless = done > 0 ? 0 : fruitless + 1;
        if (done > 0) {
            events.record(Event.Kind.CONVERSION, -1, -1, 0, done, null);
        }
        startPass();
        if (done == 0
                && (kept == 0
                        || fruitless >= tuning.convertPasses
                        || environment.clock().virtual())) {
            settle(kept);
            return Step.Progress.IDLE;
        }
        if (done == 0) {
            self.wakeAt(environment.clock().nowNs() + tuning.convertRetryNs * fruitless);
            return Step.Progress.IDLE;
        }
        return Step.Progress.MORE;
    }

    private void settle(long kept) {
        Tally mine = counted;
        if (mine != null) {
            mine.kept(kept);
        }
        Worker spare = worker;
        worker = null;
        if (spare != null) {
            allocator.release(spare);
        }
        if (kept == 0) {
            cleanTypesEpoch = typesEpoch;
        }
        settledEpoch = epoch;
        environment.actors().signal();
    }

    /** Ends the actor. */
    void close() {
        actor.stop();
        boolean through = Waits.until(environment, actor::done, LONGEST_STEP_NS);
        Worker spare = worker;
        if (spare != null && (through || environment.clock().virtual())) {
            worker = null;
            allocator.release(spare);
        }
    }
}
