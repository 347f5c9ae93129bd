package moraine.core.impl.random;

import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;

/** Compares what happened with what the plain model says. */
final class Agreement {
    private Agreement() {}

    /** Does something. @return false when it ended with that errno */
    static boolean does(Errno refusal, Runnable operation) {
        try {
            operation.run();
            return true;
        } catch (MoraineException e) {
            if (e.errno() != refusal) {
                throw e;
            }
            return false;
        }
    }

    /** Proves that something was allowed exactly when the model allows it. */
    static void same(boolean done, boolean wanted, String what, long at) {
        if (done != wanted) {
            throw new AssertionError(
                    what + " at 0x" + Long.toHexString(at) + " was " + (done ? "allowed" : "refused") + " wrongly");
        }
    }

    /** Proves that a word is the model's. */
    static void same(long word, long wanted, long at) {
        if (word != wanted) {
            throw new AssertionError("0x" + Long.toHexString(at) + " holds " + word + ", the model has " + wanted);
        }
    }
}
