package moraine.core.api.daemon;

import moraine.core.api.model.Attribute;
import moraine.core.api.model.Cause;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a daemon may do during one tick. The host sets it a budget of time and of bytes; when that is used up every
 * operation answers 0. Operations try and never wait, and allocate nothing per page. Valid during the tick only: later
 * calls throw EBADF.
 */
@ProviderType
public interface Tick {
    /** {@return the machine's time} */
    long nowNs();

    /** {@return whether time and bytes are left} */
    boolean mayGoOn();

    /**
     * Meets pages in use of a node whose memory type has an attribute, each folio once, from where the last scan of
     * that node stopped. A scan for {@link Attribute#RECLAIMABLE} ages: it takes the mark of a touch away and counts
     * the scans since. Any other only looks.
     *
     * @param into gets the folios, in place of what it had
     * @return how many; 0 when all were met, and the next scan begins again, or when the budget is used up
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown node
     */
    int scan(int node, Attribute service, Folios into);

    /**
     * Moves folios to a node as far as they can be moved now. Those that may not go there stay in the list: their
     * tenant may not use the node, its memory holds no file pages, or the budget is used up. All others are taken off
     * it, moved or not. A node that the cause does not allow takes none, and counts as an illegal answer.
     *
     * <p>RAM takes pages for every cause. A device takes those of a {@link Cause#DEMOTION} or {@link Cause#YIELD} if
     * its memory is a {@link Attribute#DEMOTION_TARGET}, and those of a {@link Cause#PROMOTION} or
     * {@link Cause#BALANCE} if it is {@link Attribute#HINT_FAULTABLE}: what is brought there because it is used has to
     * be seen when it is used no more. For a {@link Cause#YIELD}, which takes pages from their owner for others' sake,
     * only those leave whose memory is {@link Attribute#RECLAIMABLE}.
     *
     * @param folios of this daemon's scans or hint faults
     * @param cause why, as histories tell it: one of these four
     * @return pages moved
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown node, EINVAL for another cause
     */
    int move(Folios folios, int node, Cause cause);

    /**
     * Tells what did not get the node that it wanted for want of room since this daemon last asked, or began: first
     * touches, copies, and moves that somebody ordered. A move that is tried again counts each time.
     *
     * @param into gets the rows, in place of what it had; what finds no place in it is told next time
     * @return how many rows
     */
    int fallbacks(Fallbacks into);

    /**
     * Goes round the pages in use of a node and counts, by tenant, how many were used since the round before. It takes
     * the marks of use away, and leaves those of ageing. A page that came since then counts as used. What one tick does
     * not finish the next one goes on with.
     *
     * @param into gets the figures of a round that ended, in place of what it had
     * @return whether a round ended
     * @throws moraine.core.api.model.MoraineException ENOENT for an unknown node
     */
    boolean census(int node, Owners into);

    /**
     * Plants hints in the entries of folios: the next touch of each by a CPU faults, costs that much, and is told by
     * {@link #hintFaults}. Only memory that is {@link Attribute#HINT_FAULTABLE} gets hints, whatever was scanned for;
     * pages that are pinned, on their way, a device's alone, or forbidden to everybody get none. One that waits for its
     * touch already keeps the time at which it was planted. Devices do not notice.
     *
     * @param folios of this daemon; all that were looked at are taken off the list, the rest stays when the budget is
     *     used up
     * @return pages that got one
     */
    int hint(Folios folios);

    /**
     * Takes touches of hinted pages, of all nodes in the order in which they came. They wait in a ring of the machine,
     * so two daemons that ask share them; those that found the ring full are counted and lost.
     *
     * @param into gets the folios that are still the page that was touched, in place of what it had
     * @return how many; 0 when none waits, or when the budget is used up
     */
    int hintFaults(HintFaults into);

    /**
     * Merges pages with others of equal content, as far as that can be done now (Linux ksmd). A page takes part if it
     * is one of 4 KiB of private anonymous memory, all of whose mappings are advised
     * {@link moraine.core.api.model.Advice#MERGEABLE}, and its memory type is {@link Attribute#MERGEABLE} and CPUs can
     * address it; pinned pages do not. Its content must not have changed between two rounds. What was looked at is
     * taken off the list; what is left was beyond the budget.
     *
     * @param folios of this daemon's scans
     * @param rules which pages may be merged with which
     * @param round a number that changes when all pages have been met: candidates of a former round are forgotten
     * @return pages that are free now
     */
    int merge(Folios folios, MergeRules rules, long round);

    /**
     * Takes folios out of memory as far as that can be done now: clean pages of files are dropped, of dirty ones the
     * writing back is started and not awaited, anonymous ones go to swap if the machine has any and it is not full.
     * Only memory that is {@link Attribute#RECLAIMABLE} and that CPUs address gives pages up; folios of 2 MiB are split
     * first. Those for which the budget did not suffice stay in the list; all others are taken off it, reclaimed or
     * not. It waits for the system to take what is written, for its deadline at most.
     *
     * @param folios of this daemon's scans
     * @return pages that are free now
     */
    int reclaim(Folios folios);
}
