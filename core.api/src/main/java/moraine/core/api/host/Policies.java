package moraine.core.api.host;

import java.util.List;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.PolicyInfo;
import org.osgi.annotation.versioning.ProviderType;

/** A machine's placement policy: which there are, which is active, and its exchange while memory is in use. */
@ProviderType
public interface Policies {
    /** {@return the instance name of the active policy, e.g. {@code cdm(isolation=cpuset)}} */
    String active();

    /** {@return what could be used, in the order of the names, the last resort included} */
    List<PolicyInfo> available();

    /**
     * Exchanges the policy: check, prepare, publish, then convert in the background.
     *
     * @param selection an instance name, or {@code *}
     * @param strict refuse also when a page could not be converted in place
     * @return what happened; a refusal changes nothing and is reported, not thrown
     * @throws moraine.core.api.model.MoraineException ENOENT when there is no such policy
     */
    ExchangeReport use(String selection, boolean strict);

    /** Waits until the background conversion of the last exchange is through. @return its final report */
    ExchangeReport settle();

    /** {@return how past instances ended, oldest first; bounded} */
    List<ExitRecord> exits();
}
