package moraine.itest;

import java.util.List;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The packages that a bundle's manifest names in one header. */
record BundlePackages(List<String> names) {
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");

    static BundlePackages of(Manifest manifest, String header) {
        return parse(manifest.getMainAttributes().getValue(header));
    }

    /** Those at or below none of the prefixes. */
    List<String> outside(List<String> prefixes) {
        return names.stream()
                .filter(name -> prefixes.stream().noneMatch(prefix -> (name + ".").startsWith(prefix + ".")))
                .toList();
    }

    private static BundlePackages parse(@Nullable String header) {
        if (header == null) {
            return new BundlePackages(List.of());
        }
        String bare = QUOTED.matcher(header).replaceAll("");
        return new BundlePackages(Stream.of(bare.split(",", -1))
                .flatMap(clause -> Stream.of(clause.split(";", -1)))
                .map(String::strip)
                .filter(part -> !part.isEmpty() && !part.contains("="))
                .toList());
    }
}
