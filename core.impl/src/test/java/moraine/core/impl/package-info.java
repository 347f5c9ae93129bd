/** Tests of the rooms together. */
@NullMarked
package moraine.core.impl;

import org.jspecify.annotations.NullMarked;
