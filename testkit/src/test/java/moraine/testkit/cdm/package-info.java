/** Tests of the suite itself; policies are tested with it elsewhere. */
@NullMarked
package moraine.testkit.cdm;

import org.jspecify.annotations.NullMarked;
