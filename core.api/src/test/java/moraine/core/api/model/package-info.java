/** Tests of the values. */
@NullMarked
package moraine.core.api.model;

import org.jspecify.annotations.NullMarked;
