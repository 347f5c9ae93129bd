/** A GPU in software: own memory, fault buffer, copy engines and kernels. */
@NullMarked
package moraine.driver.gpu;

import org.jspecify.annotations.NullMarked;
