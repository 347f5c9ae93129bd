package moraine.core.impl.access;

/** The marks. */
abstract class SectionMarks extends SectionPadBefore {
    /** Odd inside an access section. Written by the confining thread only. */
    long mark;
    /** Number of shoot-downs that this context has been told of; translations of an older number are void. */
    long generation;
}
