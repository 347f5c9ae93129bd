package moraine.core.impl.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import moraine.core.api.model.Attribute;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MemoryType;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.PinRule;
import org.junit.jupiter.api.Test;

final class TypesTest {
    private final Types types = new Types();

    @Test
    void shouldHaveSystemRamAtIndexZero() {
        assertThat(types.systemRam()).isZero();
        assertThat(types.type(0)).isEqualTo(MemoryType.SYSTEM);
        assertThat(types.intern(MemoryType.SYSTEM)).isZero();
    }

    @Test
    void shouldShareAnIndexAmongEqualTypes() {
        int first = types.intern(type("hbm", Attribute.MOVABLE));

        assertThat(types.intern(type("hbm", Attribute.MOVABLE))).isEqualTo(first);
        assertThat(types.intern(type("hbm", Attribute.COHERENT))).isNotEqualTo(first);
    }

    @Test
    void shouldAnswerForEachAttribute() {
        for (Attribute attribute : Attribute.values()) {
            int index = types.intern(type("only-" + attribute, attribute, Attribute.CPU_ADDRESSABLE));
            for (Attribute other : Attribute.values()) {
                assertThat(types.has(index, other))
                        .as("%s of a type with %s", other, attribute)
                        .isEqualTo(other == attribute || other == Attribute.CPU_ADDRESSABLE);
            }
        }
        int far = types.intern(type("far"));
        assertThat(types.cpuAddressable(far)).isFalse();
        assertThat(types.movable(far)).isFalse();
        assertThat(types.cpuAddressable(0)).isTrue();
        assertThat(types.movable(0)).isTrue();
    }

    @Test
    void shouldRefuseTheSixtyFifth() {
        for (int i = types.count(); i < Types.LIMIT; i++) {
            assertThat(types.intern(type("t" + i))).isEqualTo(i);
        }
        assertThatThrownBy(() -> types.intern(type("one-too-many")))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOVERFLOW))
                .hasMessageContaining("one-too-many")
                .hasMessageContaining("at most 64");
        assertThat(types.intern(type("t40"))).isEqualTo(40);
    }

    private static MemoryType type(String name, Attribute... attributes) {
        return new MemoryType(name, new HashSet<>(List.of(attributes)), PinRule.ALLOW, PinRule.DENY);
    }
}
