package moraine.launcher.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verb says, for programs: flat records of several kinds with raw figures, in the order in which they were
 * added. As JSON an array of objects, each with its kind in field {@code record}; as CSV a line each under one header,
 * fields of other kinds empty.
 */
final class Records {
    private static final String KIND = "record";

    /** A record under way: fields by name; numbers, booleans, text, or null for nothing to say. */
    static final class Fields {
        private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

        private Fields(String kind) {
            values.put(KIND, kind);
        }

        Fields with(String name, @Nullable Object value) {
            values.put(name, value);
            return this;
        }
    }

    private final List<Fields> all = new ArrayList<>();

    /** Adds a record. @return it, to be filled */
    Fields add(String kind) {
        var fields = new Fields(kind);
        all.add(fields);
        return fields;
    }

    String json() {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (Fields fields : all) {
                json.writeStartObject();
                for (var field : fields.values.entrySet()) {
                    json.writeFieldName(field.getKey());
                    write(json, field.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Boolean flag -> json.writeBoolean(flag);
            case Double figure -> json.writeNumber(figure);
            case Number whole -> json.writeNumber(whole.longValue());
            default -> json.writeString(value.toString());
        }
    }

    String csv() {
        var names = new LinkedHashSet<String>();
        all.forEach(fields -> names.addAll(fields.values.keySet()));
        var text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            csv.writeRecord(names);
            for (Fields fields : all) {
                csv.writeRecord(names.stream()
                        .map(name -> cell(fields.values.get(name)))
                        .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String cell(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
