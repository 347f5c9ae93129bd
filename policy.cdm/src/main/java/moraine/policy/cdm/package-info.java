/** The CDM strategy: a coherent device is a node that only an explicit bind reaches. */
@NullMarked
package moraine.policy.cdm;

import org.jspecify.annotations.NullMarked;
