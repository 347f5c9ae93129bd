/** The HMM strategy: device memory is private to its device, and pages migrate on faults. */
@NullMarked
package moraine.policy.hmm;

import org.jspecify.annotations.NullMarked;
