/** The first-touch strategy: a page stays on the node whose processor touched it first. */
@NullMarked
package moraine.policy.firsttouch;

import org.jspecify.annotations.NullMarked;
