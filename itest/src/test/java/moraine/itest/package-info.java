/** Rules over all built bundles, and bundle combinations in a framework. */
@NullMarked
package moraine.itest;

import org.jspecify.annotations.NullMarked;
