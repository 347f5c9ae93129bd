/** Tests of the package of the same name. */
@NullMarked
package moraine.policy.cdm;

import org.jspecify.annotations.NullMarked;
