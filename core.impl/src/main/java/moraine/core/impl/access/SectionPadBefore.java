package moraine.core.impl.access;

/** Space before the marks, so that they share their cache line with nothing that others write. */
@SuppressWarnings("unused")
abstract class SectionPadBefore {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe, pf;
}
