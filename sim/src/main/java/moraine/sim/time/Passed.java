package moraine.sim.time;

/**
 * The time that passes while somebody awaits actors. What is fulfilled by a step is so when that step ended, and when
 * all of the program's steps before it had; a step beside the program that was begun before and takes longer is not
 * waited for.
 */
final class Passed {
    private final Timeline program;
    private double programNs;
    private double fulfilledNs;
    private double latestNs;

    Passed(Timeline program, double nowNs) {
        this.program = program;
        this.programNs = nowNs;
        this.fulfilledNs = nowNs;
        this.latestNs = nowNs;
    }

    /** Somebody made a step and is at its end. */
    void stepped(Account account) {
        double nowNs = account.nowNs();
        if (account.timeline() == program) {
            programNs = Math.max(programNs, nowNs);
        }
        fulfilledNs = Math.max(programNs, nowNs);
        latestNs = Math.max(latestNs, nowNs);
    }

    /** {@return when what is awaited came true, if it did by the last step} */
    double fulfilledNs() {
        return fulfilledNs;
    }

    /** {@return when the last of all steps ended} */
    double latestNs() {
        return latestNs;
    }
}
