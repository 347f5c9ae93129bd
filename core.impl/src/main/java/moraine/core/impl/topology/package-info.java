/** Nodes, their hierarchy, and what each initiator sees of them. */
@NullMarked
package moraine.core.impl.topology;

import org.jspecify.annotations.NullMarked;
