package moraine.core.impl.random;

/** What a word holds: which actor wrote it, and its how-manieth write to that word it was; 0 before the first. */
final class Word {
    private static final int ACTOR_SHIFT = 48;

    private Word() {}

    static long of(int actor, long sequence) {
        return sequence == 0 ? 0 : (actor + 1L) << ACTOR_SHIFT | sequence;
    }

    /** {@return whose the word is, -1 when nobody wrote it} */
    static int actor(long word) {
        return (int) (word >>> ACTOR_SHIFT) - 1;
    }

    static long sequence(long word) {
        return word & (1L << ACTOR_SHIFT) - 1;
    }

    /** {@return the word for people} */
    static String text(long word) {
        return word == 0 ? "(never written)" : "actor " + actor(word) + " write " + sequence(word);
    }
}
