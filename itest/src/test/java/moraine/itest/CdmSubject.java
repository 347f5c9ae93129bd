package moraine.itest;

import static moraine.testkit.cdm.Claim.BIND;
import static moraine.testkit.cdm.Claim.BIND_REFUSED;
import static moraine.testkit.cdm.Claim.DEMOTION;
import static moraine.testkit.cdm.Claim.LONG_PIN_HOLDS;
import static moraine.testkit.cdm.Claim.LONG_PIN_LEAVES;
import static moraine.testkit.cdm.Claim.LONG_PIN_REFUSED;
import static moraine.testkit.cdm.Claim.MOVE;
import static moraine.testkit.cdm.Claim.MOVE_REFUSED;
import static moraine.testkit.cdm.Claim.PROMOTION;
import static moraine.testkit.cdm.Claim.RECLAIM;
import static moraine.testkit.cdm.Claim.YIELD;

import java.util.List;
import java.util.Map;
import java.util.Set;
import moraine.testkit.cdm.Claim;
import moraine.testkit.cdm.Designs;
import moraine.testkit.cdm.Form;
import moraine.testkit.cdm.Plant;
import moraine.testkit.cdm.RuleTable;
import moraine.testkit.cdm.Strategy;
import moraine.testkit.cdm.Subject;

/** The strategies for coherent devices, with what each claims. */
public final class CdmSubject implements Subject {
    /** Made by name. */
    public CdmSubject() {}

    @Override
    public List<Strategy> strategies() {
        return List.of(
                design("zonelist", BIND),
                design("cpuset", BIND_REFUSED),
                design("mask", BIND),
                strategy(
                        "managed",
                        "managed(features=user_numa)",
                        Designs.MANAGED_NODES,
                        "user_numa",
                        BIND,
                        MOVE,
                        LONG_PIN_REFUSED),
                strategy(
                        "managed tiering",
                        "managed(features=reclaim+demotion+numa_balancing+ltpin)",
                        Designs.MANAGED_NODES,
                        "tiering",
                        BIND_REFUSED,
                        MOVE_REFUSED,
                        LONG_PIN_HOLDS,
                        RECLAIM,
                        DEMOTION,
                        PROMOTION,
                        YIELD),
                strategy(
                        "hmm coherent",
                        "hmm(memory=coherent)",
                        Designs.COHERENT_PAGES,
                        "coherent",
                        BIND_REFUSED,
                        MOVE_REFUSED,
                        LONG_PIN_LEAVES));
    }

    /** {@return a design of coherent device memory} */
    private static Strategy design(String isolation, Claim binding) {
        return strategy(
                        "cdm " + isolation,
                        "cdm(isolation=" + isolation + ")",
                        Designs.COHERENT_NODES,
                        isolation,
                        binding,
                        MOVE,
                        LONG_PIN_LEAVES,
                        RECLAIM,
                        YIELD)
                .in(forms(isolation));
    }

    /** {@return the forms of a design of coherent device memory} */
    private static Map<Form, String> forms(String isolation) {
        String policy = "cdm(isolation=" + isolation + ",";
        return Map.of(
                Form.FULL_FAILS, policy + "full=fail)",
                Form.FULL_RECLAIMS, policy + "full=reclaim)",
                Form.FULL_ENDS, policy + "full=end)",
                Form.SPILLS_NOWHERE, policy + "spill=none)",
                Form.SPILLS_OUT, policy + "spill=out)",
                Form.SPILLS_IN, policy + "spill=in)",
                Form.SPILLS_BOTH_WAYS, policy + "spill=both)");
    }

    static Strategy strategy(String name, String policy, String table, String column, Claim... claims) {
        return new Strategy(name, policy, RuleTable.column(table, column), Set.of(claims));
    }

    @Override
    public Plant plant() {
        return new PlainPlant();
    }
}
