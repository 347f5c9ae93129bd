package moraine.core.impl.host;

import moraine.core.api.model.ExchangeReport;

/** What one exchange has done so far; counted by the conversion's actor, read by anybody. */
final class Tally {
    private final String old;
    private final String now;
    private final ExchangeReport.Kind kind;
    private final String reason;
    private final long pauseNs;
    private volatile long converted;
    private volatile long migrated;
    private volatile long kept;

    Tally(String old, String now, ExchangeReport.Kind kind, String reason, long pauseNs) {
        this.old = old;
        this.now = now;
        this.kind = kind;
        this.reason = reason;
        this.pauseNs = pauseNs;
    }

    void add(long convertedPages, long migratedPages) {
        long before = converted;
        converted = before + convertedPages;
        before = migrated;
        migrated = before + migratedPages;
    }

    void kept(long pages) {
        kept = pages;
    }

    ExchangeReport report() {
        return new ExchangeReport(old, now, kind, reason, converted, migrated, kept, pauseNs);
    }
}
