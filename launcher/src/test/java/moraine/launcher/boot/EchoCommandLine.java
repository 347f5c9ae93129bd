package moraine.launcher.boot;

import java.util.function.ToIntFunction;

/** A command line that prints its arguments and ends with the number that the last one gives. */
public final class EchoCommandLine implements ToIntFunction<String[]> {
    static final String DECLARATION = "<property name=\"moraine.cli\" value=\"main\"/>"
            + "<service><provide interface=\"java.util.function.ToIntFunction\"/></service>";

    @Override
    public int applyAsInt(String[] arguments) {
        System.out.println(String.join(" ", arguments));
        return Integer.parseInt(arguments[arguments.length - 1]);
    }
}
