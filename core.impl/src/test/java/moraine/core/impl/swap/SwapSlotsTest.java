package moraine.core.impl.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;

/** Who uses a slot, and when it is free. */
final class SwapSlotsTest {
    private final SwapSlots slots = new SwapSlots(3);

    @Test
    void shouldHandOutNeighboursUntilNoneIsLeft() {
        assertThat(slots.take()).isZero();
        assertThat(slots.take()).isEqualTo(1);
        assertThat(slots.take()).isEqualTo(2);
        assertThat(slots.take()).isEqualTo(-1);
        slots.drop(1);
        assertThat(slots.free()).isEqualTo(1);
        assertThat(slots.take()).isEqualTo(1);
    }

    @Test
    void shouldBeFreeAfterItsLastUserAndReader() {
        int slot = slots.take();
        slots.add(slot);
        assertThat(slots.users(slot)).isEqualTo(2);
        assertThat(slots.hold(slot)).isTrue();
        slots.drop(slot);
        slots.drop(slot);
        assertThat(slots.users(slot)).isZero();
        assertThat(slots.free()).isEqualTo(2);
        assertThat(slots.hold(slot)).isFalse();
        slots.letGo(slot);
        assertThat(slots.free()).isEqualTo(3);
    }

    @Test
    void shouldRememberWhatItHolds() {
        int slot = slots.take();
        slots.describe(slot, 5, 77);
        assertThat(slots.node(slot)).isEqualTo(5);
        assertThat(slots.history(slot)).isEqualTo(77);
    }

    @Test
    void shouldRefuseToLetGoWhatNobodyHas() {
        assertThatThrownBy(() -> slots.drop(0))
                .isInstanceOf(MoraineException.class)
                .hasMessageContaining("slot 0");
        assertThatThrownBy(() -> slots.letGo(1)).isInstanceOf(MoraineException.class);
        assertThatThrownBy(() -> slots.add(2)).isInstanceOf(MoraineException.class);
    }
}
