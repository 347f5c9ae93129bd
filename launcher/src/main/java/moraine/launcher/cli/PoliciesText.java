package moraine.launcher.cli;

import java.util.List;
import moraine.core.api.model.ExchangeReport;
import moraine.core.api.model.ExitRecord;
import moraine.core.api.model.PolicyInfo;

/** Policies, their exchange and their ends, for people. */
final class PoliciesText {
    private PoliciesText() {}

    static String of(String active, List<PolicyInfo> policies, List<ExitRecord> exits) {
        var grid = new Grid("policy", "bundle", "state");
        for (PolicyInfo policy : policies) {
            grid.row(policy.name(), policy.bundle(), state(active, policy));
        }
        return grid + (exits.isEmpty() ? "" : "\n" + ended(exits));
    }

    private static String state(String active, PolicyInfo policy) {
        if (policy.active()) {
            return "active as " + active;
        }
        return policy.verdict().accepted()
                ? "available"
                : "cannot drive this machine: " + policy.verdict().reason();
    }

    private static Grid ended(List<ExitRecord> exits) {
        var grid = new Grid("ended", "bundle", ">after", "reason");
        exits.forEach(exit -> grid.row(exit.instance(), exit.bundle(), Texts.duration(exit.uptimeNs()), exit.reason()));
        return grid;
    }

    /**
     * {@return what an exchange did, a figure a line}
     *
     * @param devicePages pages in use on devices after it
     */
    static String exchange(ExchangeReport report, long devicePages) {
        return new Grid("", "")
                .row("old policy", report.old())
                .row("new policy", report.now())
                .row("pages converted", Texts.count(report.convertedPages()))
                .row("pages migrated", Texts.count(report.migratedPages()))
                .row("pages of old type", Texts.count(report.keptPages()))
                .row("pages on devices", Texts.count(devicePages))
                .row("longest pause", Texts.duration(report.pauseNs()))
                .toString()
                .stripLeading();
    }
}
