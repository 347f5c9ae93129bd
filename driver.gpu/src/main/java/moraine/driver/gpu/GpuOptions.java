package moraine.driver.gpu;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The parameters of a GPU as configuration tools show them; {@link GpuSettings} reads and checks them. */
@ObjectClassDefinition(
        name = "GPU in software",
        description = "A processor with memory, fault buffer, copy engines and access counters of its own",
        factoryPid = "moraine.device")
@interface GpuOptions {
    @AttributeDefinition(
            name = "Memory",
            description = "Bytes, or a number with KiB, MiB, GiB or TiB; whole pages. Empty: its node's",
            required = false)
    String size() default "";

    @AttributeDefinition(name = "Coherent", description = "CPUs can address its memory and caches stay coherent")
    boolean coherent() default GpuSettings.Usual.COHERENT;

    @AttributeDefinition(name = "Faulting", description = "It stops at a missing translation and tries again later")
    boolean faulting() default GpuSettings.Usual.FAULTING;

    @AttributeDefinition(
            name = "Owner",
            description = "Devices of one owner may see each other's private pages. Empty: the device alone",
            required = false)
    String owner() default "";

    @AttributeDefinition(
            name = "Resident blocks",
            description = "Blocks that have started and not ended, parked ones included",
            type = AttributeType.INTEGER,
            min = "1",
            max = "65536")
    int resident() default GpuSettings.Usual.RESIDENT;

    @AttributeDefinition(
            name = "Fault buffer",
            description = "Faults it holds; one more is lost and the block faults again after the replay",
            type = AttributeType.INTEGER,
            min = "1",
            max = "65536")
    int faults() default GpuSettings.Usual.FAULTS;

    @AttributeDefinition(
            name = "Workers",
            description = "Streaming multiprocessors: blocks that run at the same time",
            type = AttributeType.INTEGER,
            min = "1",
            max = "64")
    int workers() default GpuSettings.Usual.WORKERS;

    @AttributeDefinition(
            name = "Copy engines",
            description = "Copies at the same time",
            type = AttributeType.INTEGER,
            min = "1",
            max = "16")
    int engines() default GpuSettings.Usual.ENGINES;

    @AttributeDefinition(
            name = "Counter granularity",
            description = "Size of a region with one access counter; a power of two from 4KiB to 16GiB")
    String granularity() default GpuSettings.Usual.GRANULARITY;

    @AttributeDefinition(
            name = "Counter threshold",
            description = "Remote accesses to a region after which it is reported; 0 counts nothing",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000000")
    int threshold() default GpuSettings.Usual.THRESHOLD;
}
