package moraine.core.api.model;

/**
 * Where a page is, since when, who put it there and why: the answer to {@code why}.
 *
 * @param address first byte of the page
 * @param state kind of the entry
 * @param node where it is, -1 without a frame
 * @param type memory type of the frame, empty without a frame
 * @param pfn frame number, -1 without a frame
 * @param order 0, or 9 inside a 2 MiB leaf
 * @param writable whether the CPU's entry allows writes
 * @param dirty written since it was mapped
 * @param mappings how many entries map the frame
 * @param sinceNs when it came there, on the machine's clock, to the history's resolution
 * @param mover who put it there: bundle and version
 * @param cause why
 * @param previousNode where it was before, -1 when it was made here
 * @param costNs what the move or fault cost, to a power of two; 0 when unknown
 */
public record PageInfo(
        long address,
        PageState state,
        int node,
        String type,
        long pfn,
        int order,
        boolean writable,
        boolean dirty,
        int mappings,
        long sinceNs,
        String mover,
        Cause cause,
        int previousNode,
        long costNs) {}
