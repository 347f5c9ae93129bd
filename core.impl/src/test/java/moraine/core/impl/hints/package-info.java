/** Tests of advice about places. */
@NullMarked
package moraine.core.impl.hints;

import org.jspecify.annotations.NullMarked;
