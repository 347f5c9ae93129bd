package moraine.core.impl.mempolicy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import moraine.core.api.model.MemoryPolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RangePoliciesTest {
    private static final int PAGES = 200;

    @Test
    void shouldAnswerAsAPlainArrayDoes() {
        var random = new Random(7);
        @Nullable SetPolicy[] model = new SetPolicy[PAGES];
        RangePolicies policies = RangePolicies.NONE;
        for (int change = 0; change < 2000; change++) {
            int from = random.nextInt(PAGES);
            int to = from + 1 + random.nextInt(PAGES - from);
            SetPolicy policy = random.nextInt(4) == 0 ? null : set(random.nextInt(3));
            policies = policies.with(from, to, policy);
            for (int page = from; page < to; page++) {
                model[page] = policy;
            }
            for (int page = 0; page < PAGES; page++) {
                assertThat(policies.at(page))
                        .as("page %d after change %d", page, change)
                        .isEqualTo(model[page]);
            }
        }
        assertThat(policies.at(PAGES)).isNull();
    }

    private static SetPolicy set(int node) {
        return new SetPolicy(MemoryPolicy.bind(node), -1);
    }
}
