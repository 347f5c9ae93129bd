/** Tests of tables. */
@NullMarked
package moraine.core.impl.tables;

import org.jspecify.annotations.NullMarked;
