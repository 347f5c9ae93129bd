package moraine.itest.soak;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import moraine.itest.container.MoraineContainer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The soak from the command line. */
@Command(
        name = "itest/soak",
        mixinStandardHelpOptions = true,
        description = "Runs everything at once, at random, over the real bundles, and accounts for every byte.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done", "1:something is wrong", "2:bad input"})
final class Main implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MOST_TIMES = 1000;

    @Option(names = "--minutes", defaultValue = "10", description = "how long (default: ${DEFAULT-VALUE})")
    private double minutes = 10;

    @Option(names = "--seed", description = "repeats the choices of a run, though not how its threads met")
    private long seed = System.nanoTime() & 0xffffff;

    @Option(
            names = "--more",
            split = ",",
            paramLabel = "ACTION=TIMES",
            description = "how many times as often as usual to do some things; of: ${COMPLETION-CANDIDATES}")
    private final Map<Action, Integer> more = new EnumMap<>(Action.class);

    @Spec
    private CommandSpec spec;

    private static final List<String> SUMS = List.of(
            "operations",
            "pages proven",
            "pages moved",
            "pages swapped out",
            "pages swapped in",
            "pages merged",
            "hints planted",
            "hints met",
            "mismatches");

    private Main() {}

    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        more.forEach(this::bound);
        String again = "--minutes " + minutes + " --seed " + seed + (more.isEmpty() ? "" : " --more " + Mix.text(more));
        System.out.println("itest/soak " + again);
        long seconds = Math.max(1, Math.round(minutes * TimeUnit.MINUTES.toSeconds(1)));
        MoraineContainer container = MoraineContainer.start(SoakBundle.FEATURES);
        Map<String, String> answer = SoakBundle.run(container, SoakBundle.order(seed, seconds, Long.MAX_VALUE, more));
        List<String> faults = SoakBundle.faults(answer);
        System.out.println(table(answer));
        if (faults.isEmpty()) {
            container.close();
            System.out.println("every byte is accounted for");
            return 0;
        }
        faults.forEach(System.out::println);
        System.out.println("FAILED; again: itest/soak " + again);
        return FAILED;
    }

    private void bound(Action action, int times) {
        if (times < 1 || times > MOST_TIMES) {
            throw new ParameterException(
                    spec.commandLine(), "--more " + action + "=" + times + " is out of range; take 1 to " + MOST_TIMES);
        }
    }

    private static String table(Map<String, String> answer) {
        StringBuilder text = new StringBuilder();
        Stream.of(Kind.values()).forEach(kind -> row(text, kind.label(), number(answer, kind.label())));
        for (String sum : SUMS) {
            row(text, sum, number(answer, sum));
        }
        row(text, "leaks", "" + String.valueOf(answer.get("leaks")).lines().count());
        return text.toString();
    }

    private static String number(Map<String, String> answer, String name) {
        return answer.getOrDefault(name, "0");
    }

    private static void row(StringBuilder text, String name, String number) {
        text.append(String.format("%-26s %,15d%n", name, Long.parseLong(number)));
    }
}
