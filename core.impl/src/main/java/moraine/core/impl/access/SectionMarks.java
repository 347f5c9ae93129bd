package moraine.core.impl.access;

/** The words by which a context and shoot-downs speak. */
abstract class SectionMarks extends SectionPadBefore {
    /** 1 inside an access section, else 0. Written by the confining thread only. */
    long mark;
    /** Where the context translates: its own translations, or none since a shoot-down. Known to {@link Tlb}. */
    long live;
    /** Number of shoot-downs that this context has been told of. */
    long generation;
    /** The generation for which translations were last renewed. Written by the confining thread only. */
    long renewed;
}
