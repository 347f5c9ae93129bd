/** Tests of the package of the same name. */
@NullMarked
package moraine.policy.firsttouch;

import org.jspecify.annotations.NullMarked;
