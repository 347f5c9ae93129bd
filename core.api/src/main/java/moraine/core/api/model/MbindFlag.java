package moraine.core.api.model;

/** What becomes of pages that exist when a range gets a memory policy (Linux {@code MPOL_MF_*}). */
public enum MbindFlag {
    /** With pages elsewhere that do not move, the call fails with EIO; without a flag to move, nothing is set then. */
    STRICT,
    /** Pages elsewhere that only this space maps are moved. */
    MOVE,
    /** Pages elsewhere are moved, whoever maps them. */
    MOVE_ALL
}
