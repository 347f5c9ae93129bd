package moraine.sim;

/**
 * Something that can be named in a request.
 *
 * @param name of it
 * @param summary a line for people
 */
public record Choice(String name, String summary) {}
