package moraine.core.impl.events;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import moraine.core.api.model.Cause;
import org.jspecify.annotations.Nullable;

/** A machine's event in a flight recording. */
@Name("moraine.MachineEvent")
@Label("Machine Event")
@Category("Moraine")
@StackTrace(false)
final class MachineEvent extends Event {
    private static final EventType TYPE = EventType.getEventType(MachineEvent.class);

    @Label("Kind")
    @Nullable
    String kind;

    @Label("Initiator Node")
    int initiator;

    @Label("Space")
    int space;

    @Label("Address")
    long address;

    @Label("Pages")
    long pages;

    @Label("Cause")
    @Nullable
    String cause;

    static void commit(
            moraine.core.api.model.Event.Kind kind,
            int initiator,
            int space,
            long address,
            long pages,
            @Nullable Cause cause) {
        if (!TYPE.isEnabled()) {
            return;
        }
        var event = new MachineEvent();
        event.kind = kind.name();
        event.initiator = initiator;
        event.space = space;
        event.address = address;
        event.pages = pages;
        event.cause = cause == null ? null : cause.name();
        event.commit();
    }
}
