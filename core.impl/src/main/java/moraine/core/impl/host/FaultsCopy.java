package moraine.core.impl.host;

import java.util.List;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.policy.DeviceFaults;

/**
 * A batch of device faults as a policy sees it: a copy, so that a late policy writes to nothing that anybody reads.
 * Decisions are checked when they are made; legal ones are put into the original afterwards.
 */
@SuppressWarnings("EnumOrdinal") // a batch is kept in bytes
final class FaultsCopy implements DeviceFaults {
    private static final Intent[] INTENTS = Intent.values();
    private static final DeviceAction[] ACTIONS = DeviceAction.values();
    private static final byte UNDECIDED = -1;

    private long[] addresses = new long[0];
    private int[] spaces = new int[0];
    private int[] residents = new int[0];
    private byte[] intents = new byte[0];
    private byte[] actions = new byte[0];
    private byte[] decisions = new byte[0];
    private int[] windows = new int[0];
    private int device;
    private int size;
    private volatile boolean valid;
    private int illegal;
    private String illegalWhat = "";

    /** Takes over a batch. */
    void load(DeviceFaults batch) {
        size = batch.size();
        device = batch.device();
        grow(size);
        for (int i = 0; i < size; i++) {
            spaces[i] = batch.space(i);
            addresses[i] = batch.address(i);
            residents[i] = batch.resident(i);
            intents[i] = (byte) batch.intent(i).ordinal();
            actions[i] = (byte) batch.action(i).ordinal();
            decisions[i] = UNDECIDED;
        }
        illegal = 0;
        valid = true;
    }

    private void grow(int wanted) {
        if (addresses.length >= wanted) {
            return;
        }
        addresses = new long[wanted];
        spaces = new int[wanted];
        residents = new int[wanted];
        intents = new byte[wanted];
        actions = new byte[wanted];
        decisions = new byte[wanted];
        windows = new int[wanted];
    }

    /** Puts the decisions into the original. */
    void apply(DeviceFaults batch) {
        for (int i = 0; i < size; i++) {
            if (decisions[i] != UNDECIDED) {
                batch.decide(i, ACTIONS[decisions[i]], windows[i]);
            }
        }
    }

    /** Ends the callback: later use is refused. */
    void seal() {
        valid = false;
    }

    int illegal() {
        return illegal;
    }

    String illegalWhat() {
        return illegalWhat;
    }

    private int checked(int index) {
        if (!valid) {
            throw RevocableView.revoked("of a batch of device faults");
        }
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("fault " + index + " of a batch of " + size);
        }
        return index;
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public int size() {
        return valid ? size : 0;
    }

    @Override
    public int space(int index) {
        return spaces[checked(index)];
    }

    @Override
    public long address(int index) {
        return addresses[checked(index)];
    }

    @Override
    public Intent intent(int index) {
        return INTENTS[intents[checked(index)]];
    }

    @Override
    public int resident(int index) {
        return residents[checked(index)];
    }

    @Override
    public DeviceAction action(int index) {
        checked(index);
        return ACTIONS[decisions[index] == UNDECIDED ? actions[index] : decisions[index]];
    }

    @Override
    public void decide(int index, DeviceAction action, int windowPages) {
        checked(index);
        if (action == null) {
            refuse("no action is none of those that are offered; name one of " + List.of(ACTIONS));
        } else if (Integer.bitCount(windowPages) != 1 || windowPages < 0 || windowPages > Pages.PER_LARGE) {
            refuse("window of " + windowPages + " pages is not a power of two from 1 to " + Pages.PER_LARGE);
        } else {
            decisions[index] = (byte) action.ordinal();
            windows[index] = windowPages;
        }
    }

    private void refuse(String what) {
        illegal++;
        illegalWhat = what;
    }
}
