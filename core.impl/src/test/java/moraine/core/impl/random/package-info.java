/** Random tests: many actors at once against sequences, one actor alone against a plain model. */
@NullMarked
package moraine.core.impl.random;

import org.jspecify.annotations.NullMarked;
