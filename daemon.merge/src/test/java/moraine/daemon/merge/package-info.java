/** Tests of merge. */
@NullMarked
package moraine.daemon.merge;

import org.jspecify.annotations.NullMarked;
