package moraine.itest.soak;

import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How often workers do what: the usual, with some actions so many times as often. */
final class Mix {
    private static final String BETWEEN = ",";
    private static final String TIMES = "=";

    private final Map<Action, Integer> weights = new EnumMap<>(Action.class);
    private final int sum;

    Mix(Map<Action, Integer> factors) {
        for (Action action : Action.values()) {
            weights.put(action, action.usual * factors.getOrDefault(action, 1));
        }
        sum = weights.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** {@return the mix that {@link #text} wrote down} */
    static Mix of(String text) {
        return new Mix(Stream.of(text.split(BETWEEN))
                .filter(part -> !part.isEmpty())
                .map(part -> part.split(TIMES, 2))
                .collect(Collectors.toMap(part -> Action.valueOf(part[0]), part -> Integer.parseInt(part[1]))));
    }

    /** {@return the factors in one word, as the command line takes them} */
    static String text(Map<Action, Integer> factors) {
        return factors.entrySet().stream()
                .map(factor -> factor.getKey() + TIMES + factor.getValue())
                .collect(Collectors.joining(BETWEEN));
    }

    Action draw(RandomGenerator random) {
        int dice = random.nextInt(sum);
        for (Map.Entry<Action, Integer> weight : weights.entrySet()) {
            dice -= weight.getValue();
            if (dice < 0) {
                return weight.getKey();
            }
        }
        throw new IllegalStateException("weights " + weights + " do not add up to " + sum);
    }
}
