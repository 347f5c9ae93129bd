package moraine.core.impl.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import org.junit.jupiter.api.Test;

final class CatalogTest {
    private final Catalog<List<String>> catalog = new Catalog<>("policy");

    @Test
    void shouldPreferTheRankingThenTheFirst() {
        catalog.add("low", new ArrayList<>(), "a 1", 0);
        catalog.add("high", new ArrayList<>(), "b 1", 10);
        catalog.add("later", new ArrayList<>(), "c 1", 0);

        assertThat(catalog.offers()).extracting(Offer::name).containsExactly("high", "low", "later");
    }

    @Test
    void shouldRemoveByIdentity() {
        var first = new ArrayList<String>();
        var equal = new ArrayList<String>();
        catalog.add("x", first, "a 1", 0);
        catalog.add("x", equal, "a 2", 0);

        catalog.remove(equal);

        assertThat(catalog.offers()).extracting(Offer::bundle).containsExactly("a 1");
    }

    @Test
    void shouldTellListenersAfterTheChange() {
        List<String> told = new ArrayList<>();
        catalog.listen(new Catalog.Listener<>() {
            @Override
            public void came(Offer<List<String>> offer) {
                told.add("came " + catalog.offers().size());
            }

            @Override
            public void gone(Offer<List<String>> offer) {
                told.add("gone " + catalog.offers().size());
            }
        });
        var provider = new ArrayList<String>();
        catalog.add("x", provider, "a 1", 0);
        catalog.remove(provider);
        catalog.remove(provider);

        assertThat(told).containsExactly("came 1", "gone 0");
    }

    @Test
    void shouldSuggestTheNearestName() {
        catalog.add("firsttouch", new ArrayList<>(), "a 1", 0);
        catalog.add("cdm", new ArrayList<>(), "a 1", 0);

        assertThatThrownBy(() -> catalog.find("firstouch"))
                .isInstanceOfSatisfying(
                        MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessage("no policy is named firstouch; did you mean firsttouch?");
        assertThatThrownBy(() -> catalog.find("zzzzzz")).hasMessageEndingWith("; there are cdm, firsttouch");
    }

    @Test
    void shouldSayThatThereIsNone() {
        assertThatThrownBy(() -> catalog.find("x")).hasMessageContaining("install a bundle");
    }
}
