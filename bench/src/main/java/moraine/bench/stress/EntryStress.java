package moraine.bench.stress;

import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A context marks an entry dirty while migration takes it over. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "The dirty bit was set and is lost.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Marked dirty first; the migrating entry keeps it.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Migration was first; the context sees it and faults.")
@State
public class EntryStress {
    private static final long PFN = 42;

    private final PageTable table = new PageTable(Shared.actors());

    /** Maps a page. */
    public EntryStress() {
        MiddleTable middle = table.lock(Shared.ADDRESS);
        long[] leaf = table.leafForInstall(middle, Shared.ADDRESS);
        if (leaf != null) {
            MiddleTable.set(leaf, PageTable.index(Shared.ADDRESS), Pte.of(Pte.PRESENT, PFN, Pte.WRITE));
        }
        middle.unlock(PageTable.region(Shared.ADDRESS));
    }

    /** Sets the dirty bit of a present entry. */
    @Actor
    public void mark(II_Result result) {
        long entry = table.get(Shared.ADDRESS);
        boolean present = Pte.kind(entry) == Pte.PRESENT;
        result.r1 = present && table.replace(Shared.ADDRESS, entry, entry | Pte.DIRTY) ? 1 : 0;
    }

    /** Takes the entry over. */
    @Actor
    public void migrate() {
        long entry = table.get(Shared.ADDRESS);
        while (!table.replace(Shared.ADDRESS, entry, Pte.withKind(entry, Pte.MIGRATING))) {
            entry = table.get(Shared.ADDRESS);
        }
    }

    /** Looks for the bit. */
    @Arbiter
    public void end(II_Result result) {
        long entry = table.get(Shared.ADDRESS);
        result.r2 = Pte.kind(entry) == Pte.MIGRATING && (entry & Pte.DIRTY) != 0 ? 1 : 0;
    }
}
