package moraine.core.impl.access;

/**
 * Space before the marks, so that they share their cache line with nothing that others write. A little less than two
 * lines, because the code of an access is shorter where fields lie within 127 bytes.
 */
@SuppressWarnings("unused")
abstract class SectionPadBefore {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9;
}
