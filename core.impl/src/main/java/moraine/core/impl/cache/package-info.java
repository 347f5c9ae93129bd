/** The page cache: pages by (file, index), dirty and written back; buffers that drivers fill. */
@NullMarked
package moraine.core.impl.cache;

import org.jspecify.annotations.NullMarked;
