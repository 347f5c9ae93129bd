/**
 * The slot machine collect, allocate, unmap, copy, move, finalise; eviction and conversion.
 *
 * <table>
 * <caption>What is where</caption>
 * <tr><td>{@link Batch}</td><td>the order of the steps, and the protocol as a whole</td></tr>
 * <tr><td>{@link Order}</td><td>what a migration is to do</td></tr>
 * <tr><td>Slots</td><td>the slots, their states, and what became of them</td></tr>
 * <tr><td>CollectStep, Selection</td><td>how pages are found, by address or by frame; which may move</td></tr>
 * <tr><td>AllocateStep</td><td>destinations, and what happens to a slot that is refused one</td></tr>
 * <tr><td>UnmapStep, ReverseMap, ObjectRun</td><td>entries, and who else refers to a page</td></tr>
 * <tr><td>CopyStep, CopyRuns</td><td>bytes: runs, and who copies them</td></tr>
 * <tr><td>HoleStep</td><td>pages that are made instead of moved</td></tr>
 * <tr><td>MoveStep</td><td>the exchange of the page in its object</td></tr>
 * <tr><td>FinaliseStep</td><td>entries restored, holds given up, counts</td></tr>
 * <tr><td>BringBack, RequestedMoves, Evictor, FolioConverter</td><td>who orders migrations</td></tr>
 * <tr><td>FolioSplit</td><td>2 MiB folios into base pages</td></tr>
 * </table>
 */
@NullMarked
package moraine.core.impl.migration;

import org.jspecify.annotations.NullMarked;
