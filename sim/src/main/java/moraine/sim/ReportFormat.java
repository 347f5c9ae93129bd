package moraine.sim;

/** How results are written. */
public enum ReportFormat {
    /** For people: facts, a table, sentences. */
    TABLE,
    /** A header, then a line for each policy of each result; raw figures. */
    CSV,
    /** One array of results; raw figures. */
    JSON
}
