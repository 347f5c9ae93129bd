/** Tests of the suite itself; drivers are tested with it elsewhere. */
@NullMarked
package moraine.testkit.hmm;

import org.jspecify.annotations.NullMarked;
