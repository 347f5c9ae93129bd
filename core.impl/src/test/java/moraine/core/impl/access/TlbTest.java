package moraine.core.impl.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import moraine.core.api.model.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlbTest {
    private static final long PAGE = 1L << 36;
    /** The next page with the same slot. */
    private static final long RIVAL = PAGE + 1024L * Pages.SIZE;

    private static final long HOST = 0x7f12_3456_7000L;
    private static final int MISS = -1;

    private final Tlb tlb = new Tlb(true) {};

    private static void fill(Tlb tlb, long address, boolean writable, long host) {
        tlb.enterToFill();
        tlb.hold(address, writable, 7, host);
        tlb.exit();
    }

    private static long load(Tlb tlb, long address, long alignMask) {
        long host = tlb.enterToLoad(address, alignMask);
        assertThat(tlb.mark).isEqualTo(host < 0 ? 0 : 1);
        tlb.exit();
        return host;
    }

    private static long store(Tlb tlb, long address) {
        long host = tlb.enterToStore(address, 7);
        assertThat(tlb.mark).isEqualTo(host < 0 ? 0 : 1);
        tlb.exit();
        return host;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 8192, PAGE, PAGE + 8, Pages.ADDRESS_LIMIT - 8, Pages.ADDRESS_LIMIT, -4096, -8, -1})
    void shouldMissBeforeAnythingIsHeld(long address) {
        assertThat(load(tlb, address, 0)).isEqualTo(MISS);
        fill(tlb, RIVAL + 5 * Pages.SIZE, true, HOST);
        assertThat(load(tlb, address, 0)).isEqualTo(MISS);
        assertThat(store(tlb, address)).isEqualTo(MISS);
    }

    @Test
    void shouldHitAnywhereInThePage() {
        fill(tlb, PAGE + 8, true, HOST);
        assertThat(load(tlb, PAGE, 7)).isEqualTo(HOST);
        assertThat(load(tlb, PAGE + 4095, 0)).isEqualTo(HOST + 4095);
        assertThat(store(tlb, PAGE + 4088)).isEqualTo(HOST + 4088);
        assertThat(load(tlb, PAGE + 4096, 0)).isEqualTo(MISS);
        assertThat(load(tlb, PAGE - 1, 0)).isEqualTo(MISS);
        assertThat(load(tlb, RIVAL, 0)).isEqualTo(MISS);
    }

    @Test
    void shouldMissWhatIsNotAligned() {
        fill(tlb, PAGE, true, HOST);
        for (int offset = 1; offset < 8; offset++) {
            assertThat(load(tlb, PAGE + offset, 7)).isEqualTo(MISS);
            assertThat(store(tlb, PAGE + offset)).isEqualTo(MISS);
            assertThat(load(tlb, PAGE + offset, 3)).isEqualTo(offset == 4 ? HOST + 4 : MISS);
        }
    }

    @Test
    void shouldMissTheSamePageBeyondTheLimit() {
        fill(tlb, PAGE, true, HOST);
        for (int bit = 47; bit < 64; bit++) {
            assertThat(load(tlb, PAGE | 1L << bit, 0)).isEqualTo(MISS);
        }
    }

    @Test
    void shouldNotStoreThroughATranslationForLoads() {
        fill(tlb, PAGE, false, HOST);
        assertThat(load(tlb, PAGE, 7)).isEqualTo(HOST);
        assertThat(store(tlb, PAGE)).isEqualTo(MISS);
        assertThat(tlb.hits(PAGE, false)).isTrue();
        assertThat(tlb.hits(PAGE, true)).isFalse();
    }

    @Test
    void shouldForgetAllWhenVoided() {
        fill(tlb, PAGE, true, HOST);
        fill(tlb, PAGE + Pages.SIZE, true, HOST);
        tlb.voidTranslations();
        assertThat(load(tlb, PAGE, 7)).isEqualTo(MISS);
        assertThat(tlb.hits(PAGE, false)).isFalse();
        fill(tlb, PAGE, false, HOST + Pages.SIZE);
        assertThat(load(tlb, PAGE, 7)).isEqualTo(HOST + Pages.SIZE);
        assertThat(load(tlb, PAGE + Pages.SIZE, 7)).isEqualTo(MISS);
        assertThat(store(tlb, PAGE)).isEqualTo(MISS);
    }

    @Test
    void shouldForgetWhatWasAddedWhileVoided() {
        tlb.enterToFill();
        tlb.voidTranslations();
        tlb.hold(PAGE, true, 7, HOST);
        tlb.exit();
        assertThat(load(tlb, PAGE, 7)).isEqualTo(MISS);
        fill(tlb, PAGE + Pages.SIZE, true, HOST);
        assertThat(load(tlb, PAGE, 7)).isEqualTo(MISS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1023, 1024, 1025, 5000})
    void shouldForgetHoweverMuchWasFilled(int fills) {
        for (int i = 0; i < fills; i++) {
            fill(tlb, PAGE + (long) i * Pages.SIZE, true, HOST);
        }
        tlb.voidTranslations();
        fill(tlb, PAGE, true, HOST);
        assertThat(pages(tlb)).containsExactly(PAGE);
        for (int i = 1; i < fills; i++) {
            assertThat(load(tlb, PAGE + (long) i * Pages.SIZE, 0)).isEqualTo(MISS);
        }
    }

    @Test
    void shouldShowWhatWouldHit() {
        assertThat(pages(tlb)).isEmpty();
        fill(tlb, PAGE, true, HOST);
        fill(tlb, RIVAL, true, HOST);
        fill(tlb, PAGE + Pages.SIZE, false, HOST);
        assertThat(pages(tlb)).containsExactly(RIVAL, PAGE + Pages.SIZE);
        tlb.voidTranslations();
        assertThat(pages(tlb)).isEmpty();
    }

    @Test
    void shouldSendTheSlowWayWhatNeedsMoreThanATranslation() {
        var slow = new Tlb(false) {};
        fill(slow, PAGE, true, HOST);
        assertThat(load(slow, PAGE, 7)).isEqualTo(MISS);
        assertThat(store(slow, PAGE)).isEqualTo(MISS);
        assertThat(slow.hits(PAGE, true)).isTrue();
        assertThat(slow.host(PAGE + 8)).isEqualTo(HOST + 8);
        assertThat(slow.pfn(PAGE)).isEqualTo(7);
        slow.voidTranslations();
        assertThat(slow.hits(PAGE, false)).isFalse();
    }

    private static List<Long> pages(Tlb tlb) {
        var pages = new ArrayList<Long>();
        tlb.translations((address, pfn, writable) -> pages.add(address));
        return pages;
    }
}
