package moraine.core.impl.access;

/** Space after the marks. */
@SuppressWarnings("unused")
abstract class SectionPadAfter extends SectionMarks {
    private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, qa, qb, qc, qd, qe, qf;
}
