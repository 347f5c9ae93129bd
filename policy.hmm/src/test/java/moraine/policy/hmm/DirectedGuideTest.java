package moraine.policy.hmm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/driver-placement.md} against {@link DirectedPlacementTest}, which runs its code. */
final class DirectedGuideTest {
    /** What is between the marks of the one is what is between the fences of the other, all of it, both ways. */
    @Test
    void shouldBeWhatTheGuideShows() throws IOException {
        String source = Files.readString(Path.of("src/test/java/moraine/policy/hmm/DirectedPlacementTest.java"));
        String guide = Files.readString(Path.of("../docs/driver-placement.md"));

        List<List<String>> run = blocks(source, "(?ms)^ *// guide: \\w+\\n(.*?)^ *// guide: end$");
        assertThat(run).hasSize(2);
        assertThat(blocks(guide, "(?ms)^```java\\n(.*?)^```$")).containsExactlyInAnyOrderElementsOf(run);
    }

    /** {@return the lines of each block, but for blanks around them} */
    private static List<List<String>> blocks(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(block -> block.group(1).lines().map(String::strip).toList())
                .toList();
    }
}
