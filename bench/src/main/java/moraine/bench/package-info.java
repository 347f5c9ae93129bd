/** JMH benchmarks and jcstress tests. */
@NullMarked
package moraine.bench;

import org.jspecify.annotations.NullMarked;
