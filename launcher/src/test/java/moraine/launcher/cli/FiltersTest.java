package moraine.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FiltersTest {
    @Test
    void shouldTakeTheShortFormOfACount() {
        assertThat(Filters.words("head", List.of("-3"))).containsExactly("head", "-n", "3");
        assertThat(Filters.words("tail", List.of("-12", "file"))).containsExactly("tail", "-n", "12", "file");
    }

    @Test
    void shouldLeaveOtherArgumentsAlone() {
        assertThat(Filters.words("head", List.of("-n", "3"))).containsExactly("head", "-n", "3");
        assertThat(Filters.words("head", List.of("-n", "-3"))).containsExactly("head", "-n", "-3");
        assertThat(Filters.words("echo", List.of("-3"))).containsExactly("echo", "-3");
        assertThat(Filters.words("sort", List.of("-r"))).containsExactly("sort", "-r");
    }
}
