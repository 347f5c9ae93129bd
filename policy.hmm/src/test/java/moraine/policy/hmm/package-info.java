/** Tests of the package of the same name. */
@NullMarked
package moraine.policy.hmm;

import org.jspecify.annotations.NullMarked;
