package moraine.core.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ParameterTest {
    private static final Parameter.Flag FLAG = Parameter.flag("hints", true, "whether hints count");
    private static final Parameter.Amount NUMBER = Parameter.amount("age", 1, 1, 2550, "rounds", "before a page goes");
    private static final Parameter.Choice<Rank> CHOICE = Parameter.choice("order", Rank.LATENCY, "which figure");
    private static final Parameter.Power POWER = Parameter.power("window", 16, 1, 512, "pages", "what moves");
    private static final Parameter.Text TEXT = Parameter.text("owner", "nobody", "any name", "whose it is");

    private static Parameters given(String name, String value) {
        return new Parameters(Map.of(name, value));
    }

    @Test
    void shouldReadWhatIsGiven() {
        assertThat(FLAG.of(given("hints", "false"))).isFalse();
        assertThat(NUMBER.of(given("age", "2550"))).isEqualTo(2550);
        assertThat(CHOICE.of(given("order", "bandwidth"))).isEqualTo(Rank.BANDWIDTH);
        assertThat(POWER.of(given("window", "512"))).isEqualTo(512);
        assertThat(TEXT.of(given("owner", "team"))).isEqualTo("team");
    }

    @Test
    void shouldBeUsualWhenNothingIsGiven() {
        assertThat(FLAG.of(Parameters.NONE)).isTrue();
        assertThat(NUMBER.of(Parameters.NONE)).isEqualTo(1);
        assertThat(CHOICE.of(Parameters.NONE)).isEqualTo(Rank.LATENCY);
        assertThat(POWER.of(Parameters.NONE)).isEqualTo(16);
        assertThat(TEXT.of(Parameters.NONE)).isEqualTo("nobody");
    }

    @Test
    void shouldTellPeopleWhatMayBeGiven() {
        assertThat(FLAG).returns("true or false", Parameter::values).returns("true", Parameter::usual);
        assertThat(NUMBER).returns("1 to 2,550 rounds", Parameter::values).returns("1", Parameter::usual);
        assertThat(CHOICE).returns("latency or bandwidth", Parameter::values).returns("latency", Parameter::usual);
        assertThat(POWER)
                .returns("a power of two from 1 to 512 pages", Parameter::values)
                .returns("16", Parameter::usual);
        assertThat(TEXT).returns("any name", Parameter::values).returns("nobody", Parameter::usual);
    }

    @Test
    void shouldTakeTheUsualValueAsItIsTold() {
        for (Parameter parameter : List.of(FLAG, NUMBER, POWER, CHOICE, TEXT)) {
            Parameters usual = given(parameter.name(), parameter.usual());
            assertThat(read(parameter, usual)).isEqualTo(read(parameter, Parameters.NONE));
        }
    }

    private static Object read(Parameter parameter, Parameters given) {
        return switch (parameter) {
            case Parameter.Flag flag -> flag.of(given);
            case Parameter.Amount number -> number.of(given);
            case Parameter.Power power -> power.of(given);
            case Parameter.Choice<?> choice -> choice.of(given);
            case Parameter.Text text -> text.of(given);
        };
    }

    @Test
    void shouldRefuseWhatIsNotOffered() {
        assertThatThrownBy(() -> FLAG.of(given("hints", "maybe")))
                .hasMessage("parameter hints=maybe is not true or false");
        assertThatThrownBy(() -> NUMBER.of(given("age", "0")))
                .hasMessage("parameter age=0 rounds is not within 1 to 2550; 1 is usual");
        assertThatThrownBy(() -> NUMBER.of(given("age", "old"))).hasMessage("parameter age=old is not a whole number");
        assertThatThrownBy(() -> CHOICE.of(given("order", "size")))
                .hasMessage("parameter order=size is not offered; choose latency or bandwidth");
        for (String wrong : List.of("48", "0", "-512", "1024")) {
            assertThatThrownBy(() -> POWER.of(given("window", wrong)))
                    .hasMessage("parameter window=" + wrong + " is not a power of two from 1 to 512 pages");
        }
    }

    @Test
    void shouldRefuseBoundsThatAnotherParameterNarrows() {
        Parameter.Amount narrow = NUMBER.within(5, 10);
        assertThat(narrow.of(Parameters.NONE)).isEqualTo(5);
        assertThatThrownBy(() -> narrow.of(given("age", "4")))
                .hasMessage("parameter age=4 rounds is not within 5 to 10; 5 is usual");
    }

    @Test
    void shouldRefuseNamesThatNobodyListed() {
        given("age", "1").requireKnown("reclaim", List.of(NUMBER, FLAG));
        assertThatThrownBy(() -> given("ages", "1").requireKnown("reclaim", List.of(NUMBER, FLAG)))
                .hasMessage("reclaim has no parameter ages, only age, hints; did you mean age?");
        assertThatThrownBy(() -> given("order", "1").requireKnown("reclaim", List.of(NUMBER, FLAG)))
                .hasMessage("reclaim has no parameter order, only age, hints");
        assertThatThrownBy(() -> given("ages", "1").requireKnown("plain", List.of()))
                .hasMessage("plain has no parameter ages; it takes none");
    }
}
