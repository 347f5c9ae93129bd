package moraine.core.impl.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows as Linux's ondemand_readahead opens them. */
final class ReadaheadTest {
    private static final int MOST = 32;

    private final Readahead stream = Readahead.of(Readahead.Mode.NORMAL, MOST);

    /** {@return what is read, as "first+pages", while a stream takes pages one by one from an index on} */
    private static List<String> windows(Readahead stream, long from, int pages) {
        var windows = new ArrayList<String>();
        long present = from;
        for (long index = from; index < from + pages; index++) {
            if (index >= present) {
                int count = stream.miss(index, 1);
                windows.add(index + "+" + count);
                present = index + count;
            }
            if (stream.hit(index)) {
                windows.add(stream.start() + "+" + stream.pages() + " early");
                present = stream.start() + stream.pages();
            }
        }
        return windows;
    }

    @Test
    void shouldDoubleWindowsUpToTheMostAndReadThemEarly() {
        assertThat(windows(stream, 0, 90))
                .containsExactly("0+4", "4+8 early", "12+16 early", "28+32 early", "60+32 early", "92+32 early");
    }

    @Test
    void shouldReadWhatIsAskedForInNoOrder() {
        assertThat(List.of(stream.miss(70, 1), stream.miss(7, 1), stream.miss(33, 3), stream.miss(9, 1)))
                .containsExactly(1, 1, 3, 1);
        assertThat(stream.hit(33)).isFalse();
        assertThat(stream.hit(34)).isFalse();
    }

    @Test
    void shouldBeginWhereOneMissFollowsAnother() {
        assertThat(windows(stream, 50, 5)).containsExactly("50+1", "51+4", "55+8 early");
    }

    @Test
    void shouldStopWhenTheOrderEnds() {
        windows(stream, 0, 30);
        assertThat(stream.miss(500, 1)).isOne();
        assertThat(stream.hit(28)).as("the mark of the former window").isFalse();
        assertThat(stream.miss(29, 1)).as("follows the last access").isEqualTo(4);
    }

    @Test
    void shouldReadAllOfALargeRequest() {
        assertThat(stream.miss(0, 100)).isEqualTo(100);
        assertThat(stream.hit(98)).isFalse();
        assertThat(stream.hit(99)).isTrue();
        assertThat(List.of(stream.start(), (long) stream.pages())).containsExactly(100L, (long) MOST);
    }

    @Test
    void shouldFollowAdvice() {
        assertThat(windows(Readahead.of(Readahead.Mode.RANDOM, MOST), 0, 3)).containsExactly("0+1", "1+1", "2+1");
        assertThat(windows(Readahead.of(Readahead.Mode.SEQUENTIAL, MOST), 0, 300))
                .contains("124+64 early")
                .noneMatch(window -> window.contains("+128"));
    }

    @Test
    void shouldReadNothingAheadWhenTunedToNone() {
        assertThat(windows(Readahead.of(Readahead.Mode.NORMAL, 0), 0, 2)).containsExactly("0+1", "1+1");
    }
}
