package moraine.core.impl.mempolicy;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.NodeSet;
import org.junit.jupiter.api.Test;

final class NodeMaskTest {
    private static long bits(int... nodes) {
        return NodeSet.of(nodes).bits();
    }

    @Test
    void shouldReplaceTheNthNodeOfOneSetByTheNthOfAnother() {
        assertThat(NodeMask.remap(bits(5, 7), bits(4, 5, 6, 7), bits(12, 13, 14, 15)))
                .isEqualTo(bits(13, 15));
        assertThat(NodeMask.remap(bits(2, 3), bits(0, 1, 2, 3), bits(8, 9))).isEqualTo(bits(8, 9));
        assertThat(NodeMask.remap(bits(1, 4), bits(4), bits(1, 2))).isEqualTo(bits(1));
        assertThat(NodeMask.remap(bits(6, 4), bits(4), bits(1, 2))).isEqualTo(bits(1));
        assertThat(NodeMask.remap(bits(1), bits(1), 0)).isZero();
    }

    @Test
    void shouldTakePositionsModuloTheSizeOfTheSet() {
        assertThat(NodeMask.onto(bits(0, 2), bits(3, 5, 9))).isEqualTo(bits(3, 9));
        assertThat(NodeMask.onto(bits(4), bits(3, 5, 9))).isEqualTo(bits(5));
        assertThat(NodeMask.onto(bits(4), 0)).isZero();
    }

    @Test
    void shouldNameTheCounterpartOfANode() {
        assertThat(NodeMask.counterpart(2, bits(1, 2), bits(5, 6))).isEqualTo(6);
        assertThat(NodeMask.counterpart(3, bits(1, 2), bits(5, 6))).isEqualTo(-1);
    }
}
