package moraine.sim.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import moraine.sim.ComparisonResult;
import moraine.sim.ComparisonRow;
import moraine.sim.Fact;
import moraine.sim.Metric;

/** Results as one JSON array; figures raw, null where a policy could not run. */
final class JsonReport {
    private JsonReport() {}

    static void write(List<ComparisonResult> results, Appendable out) throws IOException {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (ComparisonResult result : results) {
                write(json, result);
            }
            json.writeEndArray();
        }
        out.append(text.getBuffer()).append('\n');
    }

    private static void write(JsonGenerator json, ComparisonResult result) throws IOException {
        json.writeStartObject();
        json.writeStringField("comparison", result.title());
        json.writeBooleanField("modelled", true);
        json.writeObjectFieldStart("facts");
        for (Fact fact : result.facts()) {
            json.writeStringField(fact.name(), fact.value());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("metrics");
        for (Metric metric : result.metrics()) {
            json.writeStartObject();
            json.writeStringField("key", metric.key());
            json.writeStringField("name", metric.name());
            json.writeStringField("unit", metric.unit());
            json.writeStringField("description", metric.description());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("rows");
        for (ComparisonRow row : result.rows()) {
            write(json, result, row);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("notes");
        for (String note : result.notes()) {
            json.writeString(note);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ComparisonResult result, ComparisonRow row) throws IOException {
        json.writeStartObject();
        json.writeStringField("policy", row.policy());
        json.writeBooleanField("ran", row.ran());
        if (row.ran()) {
            json.writeBooleanField("right", row.right());
        } else {
            json.writeNullField("right");
        }
        for (int i = 0; i < result.metrics().size(); i++) {
            json.writeFieldName(result.metrics().get(i).key());
            if (!row.ran()) {
                json.writeNull();
            } else if (row.values().get(i) instanceof Long whole) {
                json.writeNumber(whole);
            } else {
                json.writeNumber(row.values().get(i).doubleValue());
            }
        }
        json.writeStringField("explanation", row.explanation());
        json.writeEndObject();
    }
}
