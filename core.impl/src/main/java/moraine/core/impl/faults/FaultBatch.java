package moraine.core.impl.faults;

import java.util.Arrays;
import moraine.core.api.driver.FaultSink;
import moraine.core.api.model.DeviceAction;
import moraine.core.api.model.Intent;
import moraine.core.api.model.Pages;
import moraine.core.api.policy.DeviceFaults;

/**
 * A batch of device faults: drained as packed words, sorted by space and page, one entry a page with the strongest
 * intent.
 *
 * <pre>
 *  63     37 36               2 1    0
 * +---------+------------------+------+
 * | space   | page number      |intent|
 * +---------+------------------+------+
 * </pre>
 */
final class FaultBatch implements FaultSink, DeviceFaults {
    private static final int SPACE_SHIFT = 37;
    private static final short PUT_OFF = -1;
    private static final Intent[] INTENTS = Intent.values();
    private static final DeviceAction[] ACTIONS = DeviceAction.values();

    private final int device;
    private final long[] words;
    private final long[] pfns;
    private final int[] residents;
    private final byte[] actions;
    private final short[] windows;
    private int size;
    /** What of a range fault found no room: served by the batches that follow. */
    private long restPages;

    private int restSpace;
    private long restAddress;
    private Intent restIntent = Intent.READ;
    /** Where this batch goes on with a range that another began, or -1. */
    private long continued = -1;

    /** @param most faults that it holds */
    FaultBatch(int device, int most) {
        this.device = device;
        words = new long[most];
        pfns = new long[most];
        residents = new int[most];
        actions = new byte[most];
        windows = new short[most];
    }

    void clear() {
        size = 0;
        restPages = 0;
        continued = -1;
    }

    /** Makes it a batch of what the last one had no room for. @return whether there was anything */
    boolean proceed() {
        long pages = restPages;
        if (pages == 0) {
            return false;
        }
        clear();
        continued = restAddress;
        fault(restSpace, restAddress, pages, restIntent);
        return true;
    }

    /** {@return whether a fault goes on with a range whose request was counted before} */
    boolean continues(int index) {
        return index == 0 && address(0) == continued;
    }

    @Override
    public int room() {
        return words.length - size;
    }

    @Override
    public void fault(int space, long address, Intent intent) {
        words[size++] = (long) space << SPACE_SHIFT | address >>> Pages.SHIFT << 2 | intent.ordinal();
    }

    @Override
    public void fault(int space, long address, long pages, Intent intent) {
        int now = (int) Math.min(pages, room());
        for (int page = 0; page < now; page++) {
            fault(space, address + (long) page * Pages.SIZE, intent);
        }
        restPages = pages - now;
        restSpace = space;
        restAddress = address + (long) now * Pages.SIZE;
        restIntent = intent;
    }

    /** Sorts, and keeps one fault a page. */
    void arrange() {
        Arrays.sort(words, 0, size);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (i + 1 < size && words[i] >>> 2 == words[i + 1] >>> 2) {
                continue;
            }
            words[kept++] = words[i];
        }
        size = kept;
    }

    /** Fills in what is known and planned of a fault. */
    void plan(int index, long pfn, int resident, DeviceAction action, int windowPages) {
        pfns[index] = pfn;
        residents[index] = resident;
        actions[index] = (byte) action.ordinal();
        windows[index] = (short) windowPages;
    }

    /** {@return whether two faults are in the same 2 MiB of one space} */
    boolean sameBlock(int one, int other) {
        return space(one) == space(other) && (address(one) ^ address(other)) < Pages.LARGE_SIZE;
    }

    /** {@return how many 2 MiB blocks the faults of a sorted batch are in} */
    int blocks() {
        int blocks = 0;
        for (int i = 0; i < size; i++) {
            blocks += i > 0 && sameBlock(i - 1, i) ? 0 : 1;
        }
        return blocks;
    }

    /** Lets a fault bring more; never less than was planned. */
    void widen(int index, int windowPages) {
        windows[index] = (short) Math.max(windows[index], windowPages);
    }

    /** Keeps neighbours where they are. */
    void singlePages() {
        for (int i = 0; i < size; i++) {
            alone(i);
        }
    }

    /** Keeps a fault's neighbours where they are. */
    void alone(int index) {
        windows[index] = (short) Math.min(windows[index], 1);
    }

    /** Leaves a fault to a later batch, from {@link #dropPutOff} on. */
    void putOff(int index) {
        windows[index] = PUT_OFF;
    }

    /** Forgets the faults that were put off: they are raised again after the replay. */
    void dropPutOff() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (windows[i] != PUT_OFF) {
                words[kept] = words[i];
                pfns[kept] = pfns[i];
                residents[kept] = residents[i];
                actions[kept] = actions[i];
                windows[kept++] = windows[i];
            }
        }
        size = kept;
    }

    /** {@return the frame, a folio's head, where the page was when the batch was planned, or -1} */
    long pfn(int index) {
        return pfns[index];
    }

    int window(int index) {
        return windows[index];
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int space(int index) {
        return (int) (words[index] >>> SPACE_SHIFT);
    }

    @Override
    public long address(int index) {
        return (words[index] >>> 2 & (1L << SPACE_SHIFT - 2) - 1) << Pages.SHIFT;
    }

    @Override
    public Intent intent(int index) {
        return INTENTS[(int) words[index] & 3];
    }

    @Override
    public int resident(int index) {
        return residents[index];
    }

    @Override
    public DeviceAction action(int index) {
        return ACTIONS[actions[index]];
    }

    @Override
    public void decide(int index, DeviceAction action, int windowPages) {
        actions[index] = (byte) action.ordinal();
        windows[index] = (short) windowPages;
    }
}
