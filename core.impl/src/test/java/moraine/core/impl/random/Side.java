package moraine.core.impl.random;

import moraine.core.api.host.AddressSpace;
import moraine.core.api.host.CpuContext;

/**
 * A space of a single-actor run.
 *
 * @param space what is tested
 * @param cpu the way there
 * @param model what it must look like
 * @param log everything that was done and seen
 */
record Side(AddressSpace space, CpuContext cpu, PlainSpace model, StringBuilder log) {
    void note(String what, long address, long value) {
        log.append(space.name())
                .append(' ')
                .append(what)
                .append(" 0x")
                .append(Long.toHexString(address))
                .append(' ')
                .append(value)
                .append('\n');
    }
}
