package moraine.core.impl.daemon;

/** Makes what the mechanism does for daemons. */
@FunctionalInterface
public interface DaemonRooms {
    /**
     * {@return what it does for one daemon}
     *
     * @param initiator node whose processors do it
     */
    DaemonRoom open(int initiator);
}
