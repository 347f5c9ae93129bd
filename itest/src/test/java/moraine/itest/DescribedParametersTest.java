package moraine.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import moraine.core.api.daemon.DaemonProvider;
import moraine.core.api.driver.DriverProvider;
import moraine.core.api.model.Parameter;
import moraine.core.api.policy.PolicyProvider;
import moraine.daemon.arbiter.ArbiterProvider;
import moraine.daemon.balance.BalanceProvider;
import moraine.daemon.merge.MergeProvider;
import moraine.daemon.reclaim.ReclaimProvider;
import moraine.driver.gpu.GpuProvider;
import moraine.policy.cdm.CdmProvider;
import moraine.policy.firsttouch.FirstTouchProvider;
import moraine.policy.hmm.HmmProvider;
import moraine.policy.managed.ManagedProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a bundle's README says of its parameters is what its provider describes. */
final class DescribedParametersTest {
    record Bundle(String folder, Iterable<Parameter> parameters) {
        @Override
        public String toString() {
            return folder;
        }
    }

    private static Bundle policy(String name, PolicyProvider provider) {
        return new Bundle("policy." + name, provider.parameters());
    }

    private static Bundle daemon(String name, DaemonProvider provider) {
        return new Bundle("daemon." + name, provider.parameters());
    }

    private static Bundle driver(String name, DriverProvider provider) {
        return new Bundle("driver." + name, provider.parameters());
    }

    static Stream<Bundle> bundles() {
        return Stream.of(
                daemon("arbiter", new ArbiterProvider()),
                daemon("balance", new BalanceProvider()),
                daemon("merge", new MergeProvider()),
                daemon("reclaim", new ReclaimProvider()),
                driver("gpu", new GpuProvider()),
                policy("cdm", new CdmProvider()),
                policy("firsttouch", new FirstTouchProvider()),
                policy("hmm", new HmmProvider()),
                policy("managed", new ManagedProvider()));
    }

    /** {@return usual values by name, as the table under the heading has them} */
    private static Map<String, String> documented(String folder) throws IOException {
        var rows = new TreeMap<String, String>();
        boolean under = false;
        for (String line : Files.readAllLines(Workspace.find().readme(folder))) {
            under = under ? !line.startsWith("## ") : line.equals("## Parameters");
            String[] cells = line.split("\\|", -1);
            if (under && cells.length > 4 && cells[1].strip().startsWith("`")) {
                rows.put(plain(cells[1]), plain(cells[3]));
            }
        }
        return rows;
    }

    private static String plain(String cell) {
        return cell.strip().replace("`", "");
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void shouldDescribeWhatIsDocumented(Bundle bundle) throws IOException {
        var described = new TreeMap<String, String>();
        bundle.parameters().forEach(parameter -> described.put(parameter.name(), parameter.usual()));
        assertThat(described).isNotEmpty().isEqualTo(documented(bundle.folder()));
    }
}
