package moraine.core.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes are those of the kernel's test device, with which traces and other programs may be compared. */
final class SnapshotTest {
    @ParameterizedTest
    @CsvSource({
        "0xFF, ERROR",
        "0x00, NONE",
        "0x01, READ",
        "0x02, WRITE",
        "0x06, WRITE|PMD",
        "0x0a, WRITE|PUD",
        "0x11, ZERO|READ",
        "0x22, DEV_PRIVATE_LOCAL|WRITE",
        "0x31, DEV_PRIVATE_REMOTE|READ",
        "0x46, DEV_COHERENT_LOCAL|WRITE|PMD",
        "0x51, DEV_COHERENT_REMOTE|READ"
    })
    void shouldHaveTheBytesOfTheKernel(String number, String text) {
        assertThat(Snapshot.text(Integer.decode(number).byteValue())).isEqualTo(text);
    }
}
