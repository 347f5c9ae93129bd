package moraine.core.impl.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.model.NodeSet;
import moraine.core.api.model.TenantInfo;
import org.junit.jupiter.api.Test;

final class TenantsTest {
    private final Tenants tenants = new Tenants(3);

    @Test
    void shouldStartWithADefaultWithoutLimits() {
        assertThat(tenants.id(Tenants.DEFAULT)).isZero();
        assertThat(tenants.name(0)).isEqualTo("default");
        assertThat(tenants.allowedMask(0)).isEqualTo(-1);
        assertThat(tenants.charge(0, 63, 1_000_000, false)).isTrue();
        assertThat(tenants.charged(0, 63)).isEqualTo(1_000_000);
    }

    @Test
    void shouldChargeUpToTheQuota() {
        tenants.define("batch", NodeSet.of(0, 1), List.of(100L, -1L));
        int batch = tenants.id("batch");

        assertThat(tenants.tenant(batch).limited(0)).isTrue();
        assertThat(tenants.tenant(batch).limited(1)).isFalse();
        assertThat(tenants.charge(batch, 0, 100, false)).isTrue();
        assertThat(tenants.charge(batch, 0, 1, false)).isFalse();
        assertThat(tenants.charged(batch, 0)).isEqualTo(100);
        assertThat(tenants.charge(batch, 1, 1_000, false)).isTrue();
        tenants.uncharge(batch, 0, 30);
        assertThat(tenants.charge(batch, 0, 31, false)).isFalse();
        assertThat(tenants.charge(batch, 0, 30, false)).isTrue();
    }

    @Test
    void shouldChargeOverTheQuotaWhenForced() {
        tenants.define("batch", NodeSet.ALL, List.of(10L));
        int batch = tenants.id("batch");

        assertThat(tenants.charge(batch, 0, 12, true)).isTrue();
        assertThat(tenants.charged(batch, 0)).isEqualTo(12);
        assertThat(tenants.charge(batch, 0, 1, false)).isFalse();
        tenants.uncharge(batch, 0, 3);
        assertThat(tenants.charge(batch, 0, 1, false)).isTrue();
    }

    @Test
    void shouldAddWhatOthersCount() {
        tenants.define("batch", NodeSet.ALL, List.of(10L));
        int batch = tenants.id("batch");
        tenants.include((tenant, node) -> tenant == batch && node == 0 ? 8 : 0);

        assertThat(tenants.charged(batch, 0)).isEqualTo(8);
        assertThat(tenants.charge(batch, 0, 3, false)).isFalse();
        assertThat(tenants.charge(batch, 0, 2, false)).isTrue();
    }

    @Test
    void shouldKeepChargesWhenRedefined() {
        tenants.define("batch", NodeSet.ALL, List.of());
        int batch = tenants.id("batch");
        tenants.charge(batch, 2, 7, false);

        tenants.define("batch", NodeSet.of(2), List.of(-1L, -1L, 7L));

        assertThat(tenants.id("batch")).isEqualTo(batch);
        assertThat(tenants.allowedMask(batch)).isEqualTo(4);
        assertThat(tenants.charge(batch, 2, 1, false)).isFalse();
        assertThat(tenants.list())
                .element(batch)
                .isEqualTo(new TenantInfo("batch", NodeSet.of(2), List.of(-1L, -1L, 7L), List.of(0L, 0L, 7L)));
    }

    @Test
    void shouldRefuseUnknownNamesAndTooMany() {
        assertThatThrownBy(() -> tenants.id("nobody"))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining("no tenant nobody");
        assertThatThrownBy(() -> tenants.define("wide", NodeSet.ALL, Collections.nCopies(65, 1L)))
                .hasMessageContaining("quotas for 65 nodes");
    }

    @Test
    void shouldAdmitExactlyTheQuotaToRacingThreads() throws InterruptedException {
        tenants.define("batch", NodeSet.ALL, List.of(100_000L));
        int batch = tenants.id("batch");
        long[] granted = new long[2];
        Thread[] threads = new Thread[2];
        for (int t = 0; t < 2; t++) {
            int mine = t;
            threads[t] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 80_000; i++) {
                    granted[mine] += tenants.charge(batch, 0, 1, false) ? 1 : 0;
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(granted[0] + granted[1]).isEqualTo(100_000);
        assertThat(tenants.charged(batch, 0)).isEqualTo(100_000);
    }
}
