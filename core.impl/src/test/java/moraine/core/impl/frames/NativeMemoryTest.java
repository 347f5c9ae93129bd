package moraine.core.impl.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;

final class NativeMemoryTest {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final NativeMemory memory = new NativeMemory();

    @Test
    void shouldMapAlignedZeroedMemory() {
        long bytes = 3L << 20;
        long address = memory.map(bytes, 2L << 20);

        assertThat(address % (2L << 20)).isZero();
        assertThat(ALL.get(ValueLayout.JAVA_LONG, address)).isZero();
        assertThat(ALL.get(ValueLayout.JAVA_LONG, address + bytes - 8)).isZero();
        memory.unmap(address, bytes);
    }

    @Test
    void shouldSetAndCopyMoreThanOnePiece() {
        long bytes = (64 << 10) * 3 + 24;
        long from = memory.map(1 << 20, 4096);
        long to = memory.map(1 << 20, 4096);

        memory.memset(from, 0xa5, bytes);
        ALL.set(ValueLayout.JAVA_LONG, from + (128 << 10), 42);
        memory.memcpy(to, from, bytes);

        assertThat(ALL.get(ValueLayout.JAVA_BYTE, to)).isEqualTo((byte) 0xa5);
        assertThat(ALL.get(ValueLayout.JAVA_LONG, to + (128 << 10))).isEqualTo(42);
        assertThat(ALL.get(ValueLayout.JAVA_BYTE, to + bytes - 1)).isEqualTo((byte) 0xa5);
        assertThat(ALL.get(ValueLayout.JAVA_BYTE, to + bytes)).isZero();
        memory.unmap(from, 1 << 20);
        memory.unmap(to, 1 << 20);
    }

    @Test
    void shouldSayWhatTheHostRefused() {
        assertThatThrownBy(() -> memory.map(1L << 60, 4096))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM))
                .hasMessageContaining("refused to map");
        assertThatThrownBy(() -> memory.unmap(4097, 4096)).hasMessageContaining("refused to unmap 0x1001-0x2001");
    }

    @Test
    void shouldOfferTheBarrierOrSayThatItDoesNot() {
        if (memory.membarrierAvailable()) {
            memory.membarrier();
        } else {
            assertThatThrownBy(memory::membarrier).hasMessageContaining("ask membarrierAvailable first");
        }
    }
}
