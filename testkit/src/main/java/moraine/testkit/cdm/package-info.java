/** What the designs for coherent device memory are held to: who gets a page of a device, and who does not. */
@NullMarked
package moraine.testkit.cdm;

import org.jspecify.annotations.NullMarked;
