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

import java.util.List;
import java.util.Set;
import moraine.testkit.cdm.Claim;
import moraine.testkit.cdm.Designs;
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
                strategy(
                        "cdm zonelist",
                        "cdm(isolation=zonelist)",
                        Designs.COHERENT_NODES,
                        "zonelist",
                        BIND,
                        MOVE,
                        LONG_PIN_LEAVES,
                        RECLAIM),
                strategy(
                        "cdm cpuset",
                        "cdm(isolation=cpuset)",
                        Designs.COHERENT_NODES,
                        "cpuset",
                        BIND_REFUSED,
                        MOVE,
                        LONG_PIN_LEAVES,
                        RECLAIM),
                strategy(
                        "cdm mask",
                        "cdm(isolation=mask)",
                        Designs.COHERENT_NODES,
                        "mask",
                        BIND,
                        MOVE,
                        LONG_PIN_LEAVES,
                        RECLAIM),
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
                        PROMOTION),
                strategy(
                        "hmm coherent",
                        "hmm(memory=coherent)",
                        Designs.COHERENT_PAGES,
                        "coherent",
                        BIND_REFUSED,
                        MOVE_REFUSED,
                        LONG_PIN_LEAVES));
    }

    static Strategy strategy(String name, String policy, String table, String column, Claim... claims) {
        return new Strategy(name, policy, RuleTable.column(table, column), Set.of(claims));
    }

    @Override
    public Plant plant() {
        return new PlainPlant();
    }
}
