package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;

import moraine.core.api.model.ExitRecord;
import org.junit.jupiter.api.Test;

final class ExitRecordsTest {
    private static ExitRecord exit(int number) {
        return new ExitRecord("p" + number, "b 1", ExitRecord.BY_OPERATOR, "", "", "", number);
    }

    @Test
    void shouldKeepTheLastSixteen() {
        var records = new ExitRecords();
        for (int i = 0; i < 20; i++) {
            records.add(exit(i));
        }

        assertThat(records.list()).hasSize(16);
        assertThat(records.list().getFirst().instance()).isEqualTo("p4");
    }

    @Test
    void shouldWriteAStackWithItsCauses() {
        var thrown = new IllegalStateException("outer", new IllegalArgumentException("inner"));

        assertThat(ExitRecords.stack(thrown))
                .startsWith("java.lang.IllegalStateException: outer\n    at "
                        + getClass().getName())
                .contains("caused by: java.lang.IllegalArgumentException: inner");
    }

    @Test
    void shouldSurviveAnExceptionThatThrows() {
        var nasty = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no");
            }
        };

        assertThat(ExitRecords.line(nasty)).endsWith("(its message could not be read)");
    }

    @Test
    void shouldBoundTheStack() {
        assertThat(ExitRecords.stack(deep(0)).length()).isLessThanOrEqualTo(32_768 + 1024);
    }

    private static Throwable deep(int depth) {
        return depth == 900 ? new IllegalStateException("deep") : deep(depth + 1);
    }
}
