package moraine.core.impl.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import moraine.core.api.model.Errno;
import moraine.core.api.model.MoraineException;
import moraine.core.api.time.Actors;
import moraine.core.impl.mirror.Notifiers.Event;
import moraine.core.impl.time.ThreadedEnvironment;
import moraine.testkit.JvmThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NotifiersTest {
    private final Actors actors = new ThreadedEnvironment(new JvmThreads(), 1).actors();
    private final Notifiers notifiers = new Notifiers(actors);

    /** Remembers what it was told. */
    private static final class Listener extends Notifiers.Subscription {
        private final List<Event> told = new ArrayList<>();
        private boolean lockTaken;
        private boolean refuses;

        Listener(long start, long end) {
            super(start, end);
        }

        @Override
        protected boolean invalidate(
                Event event, long from, long to, @Nullable String owner, long sequence, boolean blockable) {
            if (refuses || lockTaken && !blockable) {
                return false;
            }
            sequence(sequence);
            told.add(event);
            return true;
        }
    }

    @Test
    void shouldProveThatNothingChanged() {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        long seen = notifiers.readBegin(listener);
        assertThat(notifiers.readRetry(listener, seen)).isFalse();
        notifiers.start(Event.UNMAP, 10, 20);
        assertThat(notifiers.readRetry(listener, seen)).isTrue();
        notifiers.end();
        assertThat(notifiers.readRetry(listener, seen)).isTrue();
        long again = notifiers.readBegin(listener);
        assertThat(notifiers.readRetry(listener, again)).isFalse();
        assertThat(notifiers.quiet()).isTrue();
    }

    @Test
    void shouldNotDisturbWhomTheRangeDoesNotConcern() {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        long seen = notifiers.readBegin(listener);
        notifiers.start(Event.UNMAP, 100, 200);
        assertThat(notifiers.readRetry(listener, seen)).isFalse();
        notifiers.end();
        assertThat(listener.told).isEmpty();
    }

    @Test
    void shouldMakeReadersWaitUntilTheLastInvalidationEnds() throws InterruptedException {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        notifiers.start(Event.UNMAP, 10, 20);
        notifiers.start(Event.CLEAR, 10, 20);
        var begun = new CountDownLatch(1);
        var through = new CountDownLatch(1);
        new JvmThreads().start("reader", () -> {
            begun.countDown();
            notifiers.readBegin(listener);
            through.countDown();
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        notifiers.end();
        assertThat(through.await(50, TimeUnit.MILLISECONDS)).isFalse();
        notifiers.end();
        assertThat(through.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldDeferInsertionWhileFrozen() throws InterruptedException {
        notifiers.insert(new Listener(0, 100));
        notifiers.start(Event.UNMAP, 10, 20);
        var late = new Listener(0, 100);
        notifiers.insert(late);
        notifiers.start(Event.CLEAR, 10, 20);
        assertThat(late.told).isEmpty();
        notifiers.end();
        notifiers.end();
        long seen = notifiers.readBegin(late);
        notifiers.start(Event.MIGRATE, 10, 20);
        assertThat(late.told).containsExactly(Event.MIGRATE);
        assertThat(notifiers.readRetry(late, seen)).isTrue();
        notifiers.end();
    }

    @Test
    void shouldMakeAReaderInsertedDuringAnInvalidationWait() throws InterruptedException {
        notifiers.start(Event.UNMAP, 10, 20);
        var late = new Listener(0, 100);
        notifiers.insert(late);
        var through = new CountDownLatch(1);
        new JvmThreads().start("reader", () -> {
            notifiers.readBegin(late);
            through.countDown();
        });
        assertThat(through.await(50, TimeUnit.MILLISECONDS)).isFalse();
        notifiers.end();
        assertThat(through.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldCallNobodyAfterRemoval() throws InterruptedException {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        notifiers.start(Event.UNMAP, 10, 20);
        var removed = new CountDownLatch(1);
        new JvmThreads().start("remover", () -> {
            notifiers.remove(listener);
            removed.countDown();
        });
        assertThat(removed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        notifiers.end();
        assertThat(removed.await(10, TimeUnit.SECONDS)).isTrue();
        notifiers.start(Event.CLEAR, 10, 20);
        notifiers.end();
        assertThat(listener.told).containsExactly(Event.UNMAP);
    }

    @Test
    void shouldUndoAStartThatMayNotWait() {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        listener.lockTaken = true;
        assertThat(notifiers.start(Event.UNMAP, 10, 20, null, /* blockable= */ false))
                .isFalse();
        assertThat(notifiers.quiet()).isTrue();
    }

    @Test
    void shouldNotLetASubscriptionRefuseToWait() {
        var listener = new Listener(0, 100);
        notifiers.insert(listener);
        listener.refuses = true;
        assertThatThrownBy(() -> notifiers.start(Event.UNMAP, 10, 20))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0xa")
                .hasMessageContaining("must answer true");
        assertThat(notifiers.quiet()).isTrue();
    }

    @Test
    void shouldRefuseASubscriptionOfNothing() {
        for (long end : new long[] {100, 99, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> new Listener(100, end))
                    .isInstanceOfSatisfying(
                            MoraineException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EOVERFLOW));
        }
    }

    @Test
    void shouldForgetAnInsertionThatIsRemovedBeforeItTookEffect() {
        notifiers.insert(new Listener(0, 100));
        notifiers.start(Event.UNMAP, 10, 20);
        var late = new Listener(0, 100);
        notifiers.insert(late);
        notifiers.remove(late);
        notifiers.end();
        notifiers.start(Event.CLEAR, 10, 20);
        notifiers.end();
        assertThat(late.told).isEmpty();
        assertThat(notifiers.quiet()).isTrue();
    }
}
