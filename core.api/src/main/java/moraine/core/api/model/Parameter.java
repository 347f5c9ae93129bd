package moraine.core.api.model;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A setting that a plug-in takes. What people are told of it and what is accepted come from the same place: a provider
 * lists its parameters, and reads what it is given with them.
 */
public sealed interface Parameter {
    /** {@return its key} */
    String name();

    /** {@return what it may be, for people} */
    String values();

    /** {@return what it is when nobody says, as it would be given} */
    String usual();

    /** {@return what it does, in a line} */
    String description();

    /** A choice of true and false. */
    record Flag(String name, boolean otherwise, String description) implements Parameter {
        @Override
        public String values() {
            return "true or false";
        }

        @Override
        public String usual() {
            return String.valueOf(otherwise);
        }

        /** {@return what is given} */
        public boolean of(Parameters given) {
            return given.flag(name, otherwise);
        }
    }

    /**
     * A whole number within bounds.
     *
     * @param unit of all its values, such as {@code pages}
     */
    record Amount(String name, long otherwise, long least, long most, String unit, String description)
            implements Parameter {
        @Override
        public String values() {
            return String.format(Locale.ROOT, "%,d to %,d %s", least, most, unit);
        }

        @Override
        public String usual() {
            return String.valueOf(otherwise);
        }

        /** {@return the same with other bounds, where another parameter sets them} */
        public Amount within(long from, long to) {
            return new Amount(name, Math.clamp(otherwise, from, to), from, to, unit, description);
        }

        /** {@return what is given} */
        public long of(Parameters given) {
            long value = given.number(name, otherwise);
            if (value < least || value > most) {
                throw MoraineException.caller(
                        Errno.EINVAL,
                        "parameter " + name + "=" + value + " " + unit + " is not within " + least + " to " + most
                                + "; " + otherwise + " is usual");
            }
            return value;
        }
    }

    /**
     * A power of two within bounds, which are powers of two themselves.
     *
     * @param unit of all its values, such as {@code pages}
     */
    record Power(String name, long otherwise, long least, long most, String unit, String description)
            implements Parameter {
        @Override
        public String values() {
            return String.format(Locale.ROOT, "a power of two from %,d to %,d %s", least, most, unit);
        }

        @Override
        public String usual() {
            return String.valueOf(otherwise);
        }

        /** {@return what is given} */
        public long of(Parameters given) {
            long value = given.number(name, otherwise);
            if (Long.bitCount(value) != 1 || value < least || value > most) {
                throw MoraineException.caller(Errno.EINVAL, "parameter " + name + "=" + value + " is not " + values());
            }
            return value;
        }
    }

    /**
     * One of the constants of an enum, named in lower case.
     *
     * @param <E> the enum
     */
    record Choice<E extends Enum<E>>(String name, E otherwise, String description) implements Parameter {
        @Override
        public String values() {
            List<String> choices = choices();
            return String.join(", ", choices.subList(0, choices.size() - 1)) + " or " + choices.getLast();
        }

        @Override
        public String usual() {
            return given(otherwise);
        }

        /** {@return what may be given} */
        public List<String> choices() {
            return Stream.of(constants()).map(Choice::given).toList();
        }

        private E[] constants() {
            return otherwise.getDeclaringClass().getEnumConstants();
        }

        private static String given(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }

        /** {@return what is given} */
        public E of(Parameters given) {
            String value = given.text(name, usual());
            int index = choices().indexOf(value);
            if (index < 0) {
                throw MoraineException.caller(
                        Errno.EINVAL, "parameter " + name + "=" + value + " is not offered; choose " + values());
            }
            return constants()[index];
        }
    }

    /**
     * Anything else: the plug-in says what it accepts, and checks it.
     *
     * @param otherwise what it is when nobody says, empty where that is decided elsewhere
     */
    record Text(String name, String otherwise, String values, String description) implements Parameter {
        @Override
        public String usual() {
            return otherwise;
        }

        /** {@return what is given} */
        public String of(Parameters given) {
            return given.text(name, otherwise);
        }
    }

    /** A choice of true and false. */
    static Flag flag(String name, boolean usual, String description) {
        return new Flag(name, usual, description);
    }

    /** A whole number from a least to a most. */
    static Amount amount(String name, long usual, long least, long most, String unit, String description) {
        return new Amount(name, usual, least, most, unit, description);
    }

    /** A power of two from a least to a most. */
    static Power power(String name, long usual, long least, long most, String unit, String description) {
        return new Power(name, usual, least, most, unit, description);
    }

    /** One of an enum's constants. */
    static <E extends Enum<E>> Choice<E> choice(String name, E usual, String description) {
        return new Choice<>(name, usual, description);
    }

    /** Text that the plug-in checks itself. */
    static Text text(String name, String usual, String values, String description) {
        return new Text(name, usual, values, description);
    }
}
