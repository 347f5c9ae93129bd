package moraine.launcher.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "grep", description = "Shows the lines of another verb that match, in the shell: nodes | grep HBM3.")
final class GrepVerb extends Verb {
    @Parameters(paramLabel = "PATTERN", description = "regular expression that is to be found in a line")
    String pattern = "";

    @Option(names = "-i", description = "take no notice of upper and lower case")
    boolean ignoreCase;

    @Option(names = "-v", description = "show the lines that do not match")
    boolean invert;

    @Option(names = "-c", description = "show how many lines there are")
    boolean count;

    GrepVerb(Workbench workbench, Console console) {
        super(workbench, console);
    }

    @Override
    public Integer call() {
        Pattern wanted = compile();
        Stream<String> found = new BufferedReader(
                        new InputStreamReader(System.in, console.out().charset()))
                .lines()
                .filter(line -> wanted.matcher(line).find() != invert);
        if (count) {
            console.out().println(found.count());
        } else {
            found.forEach(console.out()::println);
        }
        return ExitStatus.DONE;
    }

    private Pattern compile() {
        try {
            return Pattern.compile(pattern, ignoreCase ? Pattern.CASE_INSENSITIVE : 0);
        } catch (PatternSyntaxException e) {
            throw Texts.bad(
                    "pattern " + pattern + " is no regular expression: " + e.getDescription() + " at " + e.getIndex());
        }
    }
}
