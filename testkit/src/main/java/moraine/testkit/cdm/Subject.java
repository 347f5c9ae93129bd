package moraine.testkit.cdm;

import java.util.List;

/** What is under test: placement policies, and the plug-ins to run them with. */
public interface Subject {
    List<Strategy> strategies();

    /** {@return a new one for a scenario, which closes it} */
    Plant plant();
}
