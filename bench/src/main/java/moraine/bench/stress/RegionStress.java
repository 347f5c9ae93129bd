package moraine.bench.stress;

import moraine.core.api.model.Pages;
import moraine.core.impl.tables.MiddleTable;
import moraine.core.impl.tables.PageTable;
import moraine.core.impl.tables.Pte;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** A first touch of an empty region installs a page while the mapping dies and its entries are cleared. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.FORBIDDEN, desc = "The page was passed over and stays behind.")
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "The touch was first; its page is cleared.")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "The mapping died first; the touch sees it.")
@State
public class RegionStress {
    private static final long PFN = 42;

    private final PageTable table = new PageTable(Shared.actors());
    private volatile boolean dead;

    /** Installs unless the mapping is dead. */
    @Actor
    public void touch(III_Result result) {
        MiddleTable middle = table.lock(Shared.ADDRESS);
        if (!dead) {
            middle.entry(PageTable.region(Shared.ADDRESS), Pte.of(Pte.PRESENT, PFN, Pte.WRITE | Pte.LARGE));
            result.r1 = 1;
        }
        middle.unlock(PageTable.region(Shared.ADDRESS));
    }

    /** Lets the mapping die and clears what is there. */
    @Actor
    public void unmap(III_Result result) {
        dead = true;
        table.settledRegions(Shared.ADDRESS, Shared.ADDRESS + Pages.SIZE, (middle, region) -> {
            middle.lock(PageTable.region(region), Shared.actors());
            middle.entry(PageTable.region(region), Pte.NONE);
            middle.unlock(PageTable.region(region));
            result.r2 = 1;
        });
    }

    /** Looks for the page. */
    @Arbiter
    public void end(III_Result result) {
        result.r3 = table.get(Shared.ADDRESS) == Pte.NONE ? 0 : 1;
    }
}
