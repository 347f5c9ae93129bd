/** The soak: a long random run of everything at once over the real bundles, with every byte accounted for. */
@NullMarked
package moraine.itest.soak;

import org.jspecify.annotations.NullMarked;
