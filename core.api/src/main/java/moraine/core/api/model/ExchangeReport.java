package moraine.core.api.model;

/**
 * What an exchange of policy did.
 *
 * @param old instance name of the policy before
 * @param now instance name of the policy after; equal to {@code old} when refused
 * @param kind how it came about
 * @param reason why it was refused or forced; empty for a plain exchange
 * @param convertedPages pages that changed type and entries with no byte copied
 * @param migratedPages pages that moved because the new representation cannot hold them where they were
 * @param keptPages pages that keep their former type, pinned or locked
 * @param pauseNs longest time an access or fault could have waited for the publication
 */
public record ExchangeReport(
        String old,
        String now,
        Kind kind,
        String reason,
        long convertedPages,
        long migratedPages,
        long keptPages,
        long pauseNs) {
    /** How an exchange came about. */
    public enum Kind {
        /** Asked for and done. */
        EXCHANGED,
        /** Asked for and refused; nothing changed. */
        REFUSED,
        /** The active provider went away; another took over. */
        WITHDRAWN,
        /** The guard threw the policy out. */
        EJECTED
    }
}
