/** jcstress tests of the protocols that hot paths rest on. */
@NullMarked
package moraine.bench.stress;

import org.jspecify.annotations.NullMarked;
