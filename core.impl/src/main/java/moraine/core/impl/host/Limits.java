package moraine.core.impl.host;

/**
 * How much a plug-in may get wrong, and how long it may take. In virtual time the times never decide.
 *
 * @param exceptions thrown within a window of calls before it is ejected
 * @param illegalAnswers given within a window of calls before it is ejected
 * @param windowCalls calls after which the counts start again
 * @param answerNs how long a requester waits for a decision before the plan answers
 * @param lifecycleNs how long the host waits for check, create, plan and close
 * @param stallNs how long a callback may run before its instance is ejected
 * @param drainNs how long the host waits for calls into an old instance to end
 */
public record Limits(
        int exceptions,
        int illegalAnswers,
        int windowCalls,
        long answerNs,
        long lifecycleNs,
        long stallNs,
        long drainNs) {
    public static final Limits DEFAULT =
            new Limits(8, 64, 4096, 20_000_000L, 3_000_000_000L, 2_000_000_000L, 1_000_000_000L);

    /** {@return the same counts, with so long for an answer, a step of the life cycle and a callback} */
    public Limits within(long ns) {
        return new Limits(exceptions, illegalAnswers, windowCalls, ns, ns, ns, drainNs);
    }
}
