/** Page tables: radix trees of 64-bit entries with 4 KiB and 2 MiB leaves, for CPUs and for devices. */
@NullMarked
package moraine.core.impl.tables;

import org.jspecify.annotations.NullMarked;
