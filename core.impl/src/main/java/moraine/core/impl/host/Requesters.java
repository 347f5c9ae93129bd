package moraine.core.impl.host;

/** Where actors get their way to the policy. */
public interface Requesters {
    /**
     * {@return the calls of one requester, to be used by one actor and closed by it}
     *
     * @param name of the requester, for people
     * @param initiator node whose processors it uses
     */
    PolicyCalls requester(String name, int initiator);
}
